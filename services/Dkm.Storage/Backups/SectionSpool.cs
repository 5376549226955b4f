namespace Dkm.Storage;

using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Core.Backups;

/// <summary>
/// A section as it came, in a temporary file of this process alone (mode 0600, without a name where the system allows it), since it is read several times before and while it is
/// written into the store. All that is in it is sealed.
/// </summary>
internal sealed class SectionSpool : IDisposable
{
    /// <summary>More than ten million keys.</summary>
    public const long MaximumBytes = 8L * 1024 * 1024 * 1024;

    private readonly FileStream file;
    private readonly string service;

    private SectionSpool(FileStream file, string service)
    {
        this.file = file;
        this.service = service;
    }

    /// <param name="pieces">The section.</param>
    /// <param name="service">Whose it has to be; for the words of a refusal.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="DkmException">UNAVAILABLE STORE_UNAVAILABLE: no place for it. RESOURCE_EXHAUSTED TOO_LONG.</exception>
    public static async Task<SectionSpool> FillAsync(IAsyncEnumerable<ReadOnlyMemory<byte>> pieces, string service, CancellationToken cancellationToken)
    {
        SectionSpool? spool = null;
        try
        {
            spool = new SectionSpool(Open(), service);
            await foreach (var piece in pieces.WithCancellation(cancellationToken))
            {
                if (spool.file.Length + piece.Length > MaximumBytes)
                {
                    throw new DkmException(ErrorKind.ResourceExhausted, Reasons.TooLong, $"a section has at most {MaximumBytes} bytes");
                }

                await spool.file.WriteAsync(piece, cancellationToken);
            }

            return spool;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            spool?.Dispose();
            throw StoreErrors.Unavailable($"the section cannot be kept in {Path.GetTempPath()} ({e.Message}); TMPDIR names another place", e);
        }
        catch
        {
            spool?.Dispose();
            throw;
        }
    }

    /// <summary>From the first to the last. Used by one reader at a time.</summary>
    /// <exception cref="DkmException">INVALID_ARGUMENT BACKUP_INVALID.</exception>
    public IEnumerable<SectionFrame> Frames()
    {
        file.Position = 0;
        var head = new byte[BackupFrame.HeadSize];
        for (var number = 1; ; number++)
        {
            var read = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
            if (read == 0)
            {
                yield break;
            }

            if (read < head.Length)
            {
                throw StoreErrors.BackupInvalid(service, $"it is cut off in the head of frame {number}");
            }

            if (!BackupFrame.TryRead(head, out var frame))
            {
                throw StoreErrors.BackupInvalid(service, $"frame {number} is none of a backup's");
            }

            var bytes = new byte[head.Length + frame.Length];
            head.CopyTo(bytes, 0);
            if (file.ReadAtLeast(bytes.AsSpan(head.Length), frame.Length, throwOnEndOfStream: false) < frame.Length)
            {
                throw StoreErrors.BackupInvalid(service, $"it is cut off in frame {number}");
            }

            yield return new SectionFrame(frame.Part, bytes);
        }
    }

    public void Dispose() => file.Dispose();

    private static FileStream Open()
    {
        var path = Path.Combine(Path.GetTempPath(), $"dkm-restore-{Path.GetRandomFileName()}");
        var options = OwnerOnlyFile.Options(FileMode.CreateNew, FileShare.None);
        options.Options = OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None;
        var file = new FileStream(path, options);
        if (!OperatingSystem.IsWindows())
        {
            // At once: however this process ends, nothing stays.
            File.Delete(path);
        }

        return file;
    }
}
