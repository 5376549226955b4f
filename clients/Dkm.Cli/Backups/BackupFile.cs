namespace Dkm.Cli.Backups;

using System;
using System.Collections.Generic;
using System.IO;
using Dkm.Cli.Failures;
using Dkm.Cli.Output;
using Dkm.Cli.Protection;
using Dkm.Core;
using Dkm.Core.Backups;

/// <summary>A backup's file, looked through once from its beginning to its end before anything of it is sent.</summary>
internal sealed class BackupFile : IDisposable
{
    private const int PieceSize = 256 * 1024;

    private readonly string path;
    private readonly FileStream file;

    private BackupFile(string path, FileStream file, SectionScanner access, SectionScanner keyRing)
    {
        this.path = path;
        this.file = file;
        Access = access;
        KeyRing = keyRing;
    }

    public SectionScanner Access { get; }

    public SectionScanner KeyRing { get; }

    /// <exception cref="UsageException">There is no such file, or it cannot be read.</exception>
    /// <exception cref="DkmException">INVALID_ARGUMENT BACKUP_INVALID.</exception>
    public static BackupFile Open(string path)
    {
        FileStream? file = null;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (!file.CanSeek)
            {
                throw new UsageException($"{path}: a backup is looked through before it is sent, so it has to be a file");
            }

            var magic = new byte[BackupFormat.MagicSize];
            if (file.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) < magic.Length || !BackupFormat.Magic.SequenceEqual(magic))
            {
                throw Invalid("it does not begin as a backup does");
            }

            var access = Scan(file, DkmService.Access);
            var keyRing = Scan(file, DkmService.KeyRing);
            if (file.Position < file.Length)
            {
                throw Invalid("something follows behind its last section");
            }

            DemandOneBackup(access, keyRing);
            return new BackupFile(path, file, access, keyRing);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            file?.Dispose();
            throw new UsageException(Input.Complaint(path, e));
        }
        catch
        {
            file?.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The bytes of a section. Its last piece comes only if it still is the section that was looked at: the service cannot know which backup the other section is of, and somebody who may write the
    /// file might put that of another one in its place by now.
    /// </summary>
    /// <exception cref="UsageException">The file was changed.</exception>
    public IEnumerable<byte[]> Pieces(DkmService service)
    {
        var known = service == DkmService.Access ? Access : KeyRing;
        var again = new SectionScanner(service);
        file.Position = BackupFormat.MagicSize + (service == DkmService.Access ? 0 : Access.Bytes);
        for (var left = known.Bytes; left > 0;)
        {
            var piece = new byte[Math.Min(left, PieceSize)];
            left -= piece.Length;
            if (!Follows(again, piece) || (left == 0 && !(again.IsComplete && again.Header.Equals(known.Header))))
            {
                throw new UsageException($"{path} was changed while it was read, and nothing of it was restored at {Words.Of(service)}");
            }

            yield return piece;
        }
    }

    public void Dispose() => file.Dispose();

    private bool Follows(SectionScanner scanner, byte[] piece)
    {
        try
        {
            return file.ReadAtLeast(piece, piece.Length, throwOnEndOfStream: false) == piece.Length && scanner.Feed(piece) == piece.Length;
        }
        catch (DkmException)
        {
            return false;
        }
    }

    private static SectionScanner Scan(FileStream file, DkmService service)
    {
        var scanner = new SectionScanner(service);
        var buffer = new byte[64 * 1024];
        while (!scanner.IsComplete)
        {
            var read = file.Read(buffer);
            if (read == 0)
            {
                throw scanner.Invalid("it is cut off");
            }

            file.Position += scanner.Feed(buffer.AsSpan(0, read)) - read;
        }

        return scanner;
    }

    private static void DemandOneBackup(SectionScanner access, SectionScanner keyRing)
    {
        var (one, other) = (access.Header, keyRing.Header);
        if (one.BackupId != other.BackupId || one.StoreRevision != other.StoreRevision || one.ClusterId != other.ClusterId)
        {
            throw Invalid(
                $"its sections are of two backups: {one.BackupId} at revision {one.StoreRevision} of {one.ClusterId}, and {other.BackupId} at revision {other.StoreRevision} of {other.ClusterId}");
        }
    }

    private static DkmException Invalid(string what) => DkmException.Invalid("section", Reasons.BackupInvalid, $"this is no backup: {what}");
}
