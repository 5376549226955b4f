namespace Dkm.Hosting;

using System.Threading;
using Dkm.Core;

/// <summary>What one identity has open here now, over all its connections.</summary>
internal sealed class IdentityUse(LimitOptions limits)
{
    private int calls;
    private int streams;

    public RequestBytes Bytes { get; } = new(limits.RequestBytesPerIdentity, "one identity");

    /// <summary>Guarded by <see cref="IdentityQuotas"/>.</summary>
    public int Connections { get; set; }

    public void EnterCall()
    {
        if (Interlocked.Increment(ref calls) > limits.CallsPerIdentity)
        {
            Interlocked.Decrement(ref calls);
            throw new DkmException(
                ErrorKind.ResourceExhausted, Reasons.TooManyCalls, $"this identity has {limits.CallsPerIdentity} calls under way, the most that are allowed");
        }
    }

    public void LeaveCall() => Interlocked.Decrement(ref calls);

    public void EnterStream()
    {
        if (Interlocked.Increment(ref streams) > limits.StreamsPerIdentity)
        {
            Interlocked.Decrement(ref streams);
            throw new DkmException(
                ErrorKind.ResourceExhausted, Reasons.TooManyStreams, $"this identity has {limits.StreamsPerIdentity} streams open, the most that are allowed");
        }
    }

    public void LeaveStream() => Interlocked.Decrement(ref streams);
}
