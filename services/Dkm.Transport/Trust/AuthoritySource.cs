namespace Dkm.Transport;

using System;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using Dkm.Core;
using Microsoft.Extensions.Logging;

/// <summary>
/// The CAs of servers that are no DKM service and are known by their host name, such as etcd's members; read again when the file changes. A broken
/// new file keeps the old one in force.
/// </summary>
public sealed class AuthoritySource : IDisposable
{
    private readonly WatchedFile<TrustBundle> file;
    private readonly ReloadTimer timer;
    private long version = 1;

    /// <summary>The file is a PEM bundle of roots.</summary>
    /// <exception cref="DkmException">FAILED_PRECONDITION TRUST_FILES: it cannot be used.</exception>
    public AuthoritySource(string caFile, TimeProvider time, ILogger logger)
    {
        try
        {
            file = new WatchedFile<TrustBundle>(caFile, TrustBundle.Parse);
        }
        catch (Exception exception) when (WatchedFile<TrustBundle>.IsFileTrouble(exception))
        {
            throw new DkmException(
                ErrorKind.FailedPrecondition, Reasons.TrustFiles, $"{caFile} cannot be used: {exception.Message}", innerException: exception);
        }

        timer = new ReloadTimer(time, () =>
        {
            if (file.Reload(logger))
            {
                Interlocked.Increment(ref version);
            }
        });
    }

    /// <summary>Rises with every new content.</summary>
    public long Version => Interlocked.Read(ref version);

    /// <summary>Why the file as it is now is not in force; null if it is.</summary>
    public string? Trouble => file.Trouble;

    internal X509ChainPolicy Policy => ChainCheck.Policy(file.Value.Anchors);

    /// <summary>Looks at the file now instead of at the next tick.</summary>
    public void Reload() => timer.Now();

    public void Dispose() => timer.Dispose();
}
