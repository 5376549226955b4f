namespace Dkm.Transport;

using System;
using System.IO;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using Dkm.Core;
using Microsoft.Extensions.Logging;

/// <summary>
/// Our own certificate and key, read again when the files change. A broken new pair keeps the old one; so does a pair of which only one file is
/// new yet, until the other follows. A replaced certificate is not disposed: a handshake may still be using it.
/// </summary>
public sealed class CertificateSource : IDisposable
{
    private readonly string certificateFile;
    private readonly string keyFile;
    private readonly ILogger logger;
    private readonly ReloadTimer timer;
    private State state;
    private byte[] seen;

    /// <summary>The certificate file holds the leaf first, then its intermediates; the key file the leaf's private key, unencrypted; both PEM.</summary>
    /// <exception cref="DkmException">The first pair cannot be used.</exception>
    public CertificateSource(string certificateFile, string keyFile, TimeProvider time, ILogger logger)
    {
        this.certificateFile = certificateFile;
        this.keyFile = keyFile;
        this.logger = logger;
        try
        {
            using var files = CertificateFiles.Read(certificateFile, keyFile);
            seen = files.Digest();
            state = new State(files.Parse(), Version: 1);
        }
        catch (Exception exception) when (IsFileTrouble(exception))
        {
            throw new DkmException(
                ErrorKind.FailedPrecondition,
                Reasons.CertificateFiles,
                $"{certificateFile} and {keyFile} cannot be used: {exception.Message}",
                innerException: exception);
        }

        timer = new ReloadTimer(time, Look);
    }

    /// <summary>What to show in a handshake that starts now.</summary>
    public SslStreamCertificateContext Current => Volatile.Read(ref state).Pair.Context;

    /// <summary>The leaf of <see cref="Current"/>.</summary>
    public X509Certificate2 Leaf => Volatile.Read(ref state).Pair.Leaf;

    /// <summary>Rises with every new certificate.</summary>
    public long Version => Volatile.Read(ref state).Version;

    /// <summary>Why the files as they are now are not in use; null if they are.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Looks at the files now instead of at the next tick.</summary>
    public void Reload() => timer.Now();

    public void Dispose() => timer.Dispose();

    private static bool IsFileTrouble(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException;

    private void Look()
    {
        try
        {
            using var files = CertificateFiles.Read(certificateFile, keyFile);
            var digest = files.Digest();
            if (digest.AsSpan().SequenceEqual(seen))
            {
                return;
            }

            seen = digest;
            var pair = files.Parse();
            Volatile.Write(ref state, new State(pair, state.Version + 1));
            Trouble = null;
            Log.CertificateInUse(logger, SvidLeaf.Describe(pair.Leaf), pair.Leaf.NotAfter);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Forgetting what was seen makes the same content count as news when the files are back, which clears the trouble.
            seen = [];
            Keep(exception.Message);
        }
        catch (Exception exception) when (IsFileTrouble(exception))
        {
            Keep(exception.Message);
        }
    }

    private void Keep(string trouble)
    {
        if (!string.Equals(trouble, Trouble, StringComparison.Ordinal))
        {
            Trouble = trouble;
            Log.CertificateKept(logger, certificateFile, keyFile, trouble);
        }
    }

    private sealed record State(CertificatePair Pair, long Version);
}
