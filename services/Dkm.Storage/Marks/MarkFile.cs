namespace Dkm.Storage;

using System;
using System.Globalization;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using Dkm.Core;
using Microsoft.Win32.SafeHandles;

/// <summary>
/// The highest version that a replica has seen, outside the store. Two slots, each a line of text with a checksum, written in turn: a crash in the middle
/// of one leaves the other. The file is ours alone while it is open: two replicas that shared one would speak for each other.
/// </summary>
internal sealed class MarkFile : IDisposable
{
    private const int SlotSize = 128;
    private const int Slots = 2;
    private const string Magic = "dkm-mark-1";

    private readonly SafeFileHandle handle;
    private int next;

    private MarkFile(string path, SafeFileHandle handle)
    {
        Path = path;
        this.handle = handle;
    }

    public string Path { get; }

    /// <summary>The installation whose marks these are; null in a new file.</summary>
    public string? ClusterId { get; private set; }

    public ManifestVersion Version { get; private set; }

    /// <exception cref="DkmException">FAILED_PRECONDITION STORE_REFUSED: it says nothing that can be believed. UNAVAILABLE STORE_UNAVAILABLE: it cannot be read or written.</exception>
    public static MarkFile Open(string directory, string service)
    {
        var path = System.IO.Path.Combine(directory, $"{service}.mark");
        try
        {
            Directory.CreateDirectory(directory);
            var options = OwnerOnlyFile.Options(FileMode.OpenOrCreate, FileShare.None);
            using var stream = new FileStream(path, options);
            stream.Dispose();
            var file = new MarkFile(path, File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None));
            try
            {
                file.Read();
                return file;
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unavailable(path, e);
        }
    }

    /// <summary>On disk when it returns.</summary>
    /// <exception cref="DkmException">UNAVAILABLE STORE_UNAVAILABLE.</exception>
    public void Write(string clusterId, ManifestVersion version)
    {
        try
        {
            RandomAccess.Write(handle, Line(clusterId, version), next * SlotSize);
            RandomAccess.FlushToDisk(handle);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unavailable(Path, e);
        }

        next = (next + 1) % Slots;
        (ClusterId, Version) = (clusterId, version);
    }

    public void Dispose() => handle.Dispose();

    private void Read()
    {
        Span<byte> slot = stackalloc byte[SlotSize];
        for (var i = 0; i < Slots; i++)
        {
            var length = RandomAccess.Read(handle, slot, i * SlotSize);
            if (TryRead(slot[..length], out var clusterId, out var version) && version >= Version)
            {
                (ClusterId, Version, next) = (clusterId, version, (i + 1) % Slots);
            }
        }

        // The first line of all may have been cut off by a crash, and then nothing rested on it yet.
        if (ClusterId is null && RandomAccess.GetLength(handle) >= SlotSize)
        {
            throw StoreErrors.Refused($"the marks in {Path} are damaged: the newest state that was seen here is not known");
        }
    }

    private static byte[] Line(string clusterId, ManifestVersion version)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{Magic} {clusterId} {version.Epoch} {version.Number}");
        return Encoding.ASCII.GetBytes($"{text} {Sum(text)}".PadRight(SlotSize - 1) + "\n");
    }

    private static bool TryRead(ReadOnlySpan<byte> slot, out string clusterId, out ManifestVersion version)
    {
        (clusterId, version) = (string.Empty, default);
        var parts = Encoding.ASCII.GetString(slot).TrimEnd().Split(' ');
        if (parts.Length != 5 || parts[0] != Magic || Sum(string.Join(' ', parts[..4])) != parts[4]
            || !long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
            || !long.TryParse(parts[3], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        (clusterId, version) = (parts[1], new ManifestVersion(epoch, number));
        return true;
    }

    /// <summary>Against accidents; who may write this directory is trusted with it.</summary>
    private static string Sum(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text)).AsSpan(0, 8));

    private static DkmException Unavailable(string path, Exception cause) =>
        new(ErrorKind.Unavailable, Reasons.StoreUnavailable, $"the mark of the newest state seen cannot be kept in {path}: {cause.Message}", innerException: cause);
}
