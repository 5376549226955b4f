namespace Dkm.Hosting;

using System.Threading;
using Dkm.Core;

/// <summary>
/// Bytes of requests under way, of one identity or of all. Messages up to <see cref="Free"/> are not counted: the number of calls bounds those, and the
/// usual call touches nothing that all share.
/// </summary>
internal sealed class RequestBytes(long maximum, string whose)
{
    public const int Free = 4 * 1024;

    private long used;

    public long Used => Volatile.Read(ref used);

    /// <exception cref="DkmException">RESOURCE_EXHAUSTED; nothing is claimed then.</exception>
    public void Claim(int bytes)
    {
        if (Interlocked.Add(ref used, bytes) > maximum)
        {
            Release(bytes);
            throw new DkmException(
                ErrorKind.ResourceExhausted, Reasons.TooManyBytes, $"requests of {whose} may have {maximum} bytes under way together; try again when some are answered");
        }
    }

    public void Release(int bytes) => Interlocked.Add(ref used, -bytes);
}
