namespace Dkm.Audit;

using System;
using System.IO;
using System.Security.Cryptography;
using Dkm.Core;

/// <summary>
/// The secrets of one log: the key that signs its checkpoints and the key under which contexts are told apart in its records. In a file of its owner
/// alone, kept off the volume of the records: who can rewrite those cannot sign them anew.
/// </summary>
public sealed class LogKey : IDisposable
{
    private const int SeedSize = 32;
    private const int FileSize = 2 * SeedSize;

    private readonly byte[] contextKey;

    /// <param name="trustDomain">The installation's.</param>
    /// <param name="service">The word of the service, such as <c>crypto</c>.</param>
    /// <param name="secret">64 bytes: an Ed25519 seed, then the key of context digests.</param>
    public LogKey(string trustDomain, string service, ReadOnlySpan<byte> secret)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(secret.Length, FileSize);
        using (var unnamed = new NoteSigner("unnamed", NoteKind.Signature, secret[..SeedSize]))
        {
            Id = LogId.Of(unnamed.Verifier.PublicKeyBytes);
        }

        Signer = new NoteSigner($"{trustDomain}/dkm/{service}/{Id}", NoteKind.Signature, secret[..SeedSize]);
        contextKey = secret[SeedSize..].ToArray();
    }

    public LogId Id { get; }

    /// <summary>Signs under the log's origin.</summary>
    public NoteSigner Signer { get; }

    /// <summary>Reads the key file, or makes it where there is none.</summary>
    /// <exception cref="DkmException">UNAVAILABLE AUDIT_UNAVAILABLE: it cannot be read or made. FAILED_PRECONDITION AUDIT_DAMAGED: it is no key, or others may read it.</exception>
    public static LogKey Open(string path, string trustDomain, string service)
    {
        var secret = new byte[FileSize];
        try
        {
            Load(path, secret);
            return new LogKey(trustDomain, service, secret);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AuditErrors.Unavailable($"the audit key {path} cannot be read or made: {e.Message}", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>HMAC-SHA-256 of a context in its canonical form: the same context is known again, and no context is in the log.</summary>
    public AuditHash Digest(DkmContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        Span<byte> digest = stackalloc byte[AuditHash.Size];
        HMACSHA256.HashData(contextKey, context.Canonical, digest);
        return AuditHash.Read(digest);
    }

    public void Dispose()
    {
        Signer.Dispose();
        CryptographicOperations.ZeroMemory(contextKey);
    }

    private static void Load(string path, Span<byte> secret)
    {
        if (!File.Exists(path))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            Make(path, secret);
            return;
        }

        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != 0)
        {
            throw AuditErrors.Damaged($"the audit key {path} may be read or changed by others; its mode has to be 0600");
        }

        using var file = File.OpenHandle(path);
        if (RandomAccess.GetLength(file) != FileSize || RandomAccess.Read(file, secret, 0) != FileSize)
        {
            throw AuditErrors.Damaged($"the audit key {path} is not {FileSize} bytes long");
        }
    }

    /// <summary>Under its name only when it is whole: a crash leaves no half of a key.</summary>
    private static void Make(string path, Span<byte> secret)
    {
        var draft = path + ".new";
        KernelRandom.Fill(secret);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var stream = new FileStream(draft, options))
        {
            stream.Write(secret);
            stream.Flush(flushToDisk: true);
        }

        File.Move(draft, path);
        DiskFiles.FlushDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }
}
