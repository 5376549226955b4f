namespace Dkm.Storage;

using System;
using System.Globalization;
using System.IO;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Core.Secrets;

/// <summary>A root of 32 random bytes in a file: a mounted secret, or in development one that was made at the first start.</summary>
public sealed class FileRoot : IRootProvider, IDisposable
{
    private const int Length = 32;

    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    private const UnixFileMode ReadableByOthers = UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly SecretBytes root;

    private FileRoot(SecretBytes root)
    {
        this.root = root;
        Span<byte> fingerprint = stackalloc byte[8];
        using var reader = root.Read();
        SP800108HmacCounterKdf.DeriveBytes(reader.Span, HashAlgorithmName.SHA256, "dkm/v1/root/id"u8, [], fingerprint);
        Id = "file:" + Convert.ToHexStringLower(fingerprint);
    }

    /// <inheritdoc/>
    public string Id { get; }

    /// <summary>Reads the root.</summary>
    /// <param name="path">The file: exactly 32 bytes that nobody but its owner may write or, outside development, read.</param>
    /// <param name="create">Make it, mode 0600, if it is not there, and take one that others may read. Development only: whoever loses the file loses the data.</param>
    /// <param name="groupMayRead">Its group may read it too: Kubernetes gives a process that is not root no other way to a mounted secret than by the pod's group.</param>
    /// <exception cref="DkmException">UNAVAILABLE ROOT_UNAVAILABLE with the reason.</exception>
    public static FileRoot Open(string path, bool create = false, bool groupMayRead = false)
    {
        try
        {
            if (create && !File.Exists(path))
            {
                Create(path);
            }

            return new FileRoot(Read(path, create ? UnixFileMode.None : groupMayRead ? UnixFileMode.OtherRead : ReadableByOthers));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unavailable($"the root file {path} cannot be read: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public Task<byte[]> WrapAsync(SecretBytes key, CancellationToken cancellationToken = default) => Task.FromResult(KeyWrap.Wrap(root, key));

    /// <inheritdoc/>
    public Task<SecretBytes> UnwrapAsync(ReadOnlyMemory<byte> wrapped, CancellationToken cancellationToken = default) =>
        KeyWrap.TryUnwrap(root, wrapped.Span, out var key)
            ? Task.FromResult(key)
            : Task.FromException<SecretBytes>(new DkmException(
                ErrorKind.FailedPrecondition, Reasons.RootDenied, $"root {Id} did not wrap this key, or what was wrapped has been altered"));

    public void Dispose() => root.Dispose();

    /// <summary>Complete or not at all: a half-written root would be taken for the wrong one.</summary>
    private static void Create(string path)
    {
        var draft = path + ".new";
        File.Delete(draft);
        using (var stream = new FileStream(draft, OwnerOnlyFile.Options(FileMode.CreateNew, FileShare.None)))
        {
            using var fresh = SecretBytes.Random(Length);
            using var reader = fresh.Read();
            stream.Write(reader.Span);
            stream.Flush(flushToDisk: true);
        }

        File.Move(draft, path, overwrite: false);
    }

    private static SecretBytes Read(string path, UnixFileMode refused)
    {
        var mode = OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(path);
        if ((mode & WritableByOthers) != 0)
        {
            throw Unavailable($"the root file {path} may be written by others than its owner; chmod go-w {path}");
        }

        if ((mode & refused) != 0)
        {
            throw Unavailable($"the root file {path} may be read by others than its owner; chmod 0600 {path}, or, where its group is this service's alone, set Root:GroupMayRead and chmod o-r {path}");
        }

        using var handle = File.OpenHandle(path);
        var length = RandomAccess.GetLength(handle);
        if (length != Length)
        {
            throw Unavailable(string.Create(CultureInfo.InvariantCulture, $"the root file {path} has {length} bytes; a root has exactly {Length}"));
        }

        return SecretBytes.Create(Length, handle, static (span, source) =>
        {
            if (RandomAccess.Read(source, span, 0) != span.Length)
            {
                throw new IOException("the file became shorter while it was read");
            }
        });
    }

    private static DkmException Unavailable(string message, Exception? cause = null) =>
        new(ErrorKind.Unavailable, Reasons.RootUnavailable, message, innerException: cause);
}
