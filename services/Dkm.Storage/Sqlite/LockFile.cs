namespace Dkm.Storage;

using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;

/// <summary>
/// A file beside the database that its process holds locked. SQLite's own exclusive lock would do for strangers, but POSIX drops it as soon as
/// anything in our process opens and closes the database file (a backup, a careless copy); this one stays.
/// </summary>
internal sealed class LockFile : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly FileStream stream;

    private LockFile(FileStream stream) => this.stream = stream;

    public static async Task<LockFile> TakeAsync(string database, TimeSpan wait, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var start = timeProvider.GetTimestamp();
        while (true)
        {
            try
            {
                return new LockFile(new FileStream(database + ".lock", OwnerOnlyFile.Options(FileMode.OpenOrCreate, FileShare.None)));
            }
            catch (IOException) when (File.Exists(database + ".lock") && timeProvider.GetElapsedTime(start) < wait)
            {
                await Task.Delay(Pause, timeProvider, cancellationToken);
            }
            catch (IOException e) when (File.Exists(database + ".lock"))
            {
                throw new DkmException(
                    ErrorKind.FailedPrecondition,
                    Reasons.StoreInUse,
                    $"{database} is open in another process; one process owns an embedded store. Stop the other one first",
                    innerException: e);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw StoreErrors.Unavailable($"{database}.lock cannot be made: {e.Message}", e);
            }
        }
    }

    public void Dispose() => stream.Dispose();
}
