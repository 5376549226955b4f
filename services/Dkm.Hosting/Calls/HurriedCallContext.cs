namespace Dkm.Hosting;

using System;
using System.Threading;
using Dkm.Core;
using Grpc.Core;

/// <summary>
/// The context of an administrative call, whose token ends a little before its deadline: who waits hears UNAVAILABLE, from whom and why, and not from her own clock that the time
/// is over. A fifth of the time that there is, and no more than half a second.
/// </summary>
internal sealed class HurriedCallContext : WrappedCallContext, IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(500);

    private readonly ServerCallContext inner;
    private readonly CancellationTokenSource end;

    private HurriedCallContext(ServerCallContext inner, TimeSpan left)
        : base(inner)
    {
        this.inner = inner;
        end = CancellationTokenSource.CreateLinkedTokenSource(inner.CancellationToken);
        end.CancelAfter(left - (left / 5 < Longest ? left / 5 : Longest));
    }

    protected override CancellationToken CancellationTokenCore => end.Token;

    /// <summary>Null for a call that nobody administers by, or whose time is over already.</summary>
    public static HurriedCallContext? For(ServerCallContext inner, Caller caller)
    {
        if ((caller.Rule.Classes & CallerClasses.Human) == 0 || caller.Rule.Requirement is not (Requirement.Administrator or Requirement.Ring))
        {
            return null;
        }

        // gRPC reckons deadlines by the machine's clock, so that one is asked and not an injected one.
        var left = inner.Deadline - TimeProvider.System.GetUtcNow().UtcDateTime;
        return left > TimeSpan.Zero && left < TimeSpan.FromHours(1) ? new HurriedCallContext(inner, left) : null;
    }

    /// <summary>What a wait that this token ended means for the caller.</summary>
    public Exception Explain(Exception exception) =>
        exception is OperationCanceledException && end.IsCancellationRequested && !inner.CancellationToken.IsCancellationRequested
            ? new DkmException(ErrorKind.Unavailable, Reasons.Deadline, "it could not be done in the time that the call has; try again", innerException: exception)
            : exception;

    public void Dispose() => end.Dispose();
}
