namespace Dkm.Storage;

using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

/// <summary>
/// Everything passes here, one after the other, off the caller's thread. What was begun is finished, whatever becomes of the caller: a cancelled
/// write would leave it in the dark.
/// </summary>
internal sealed class SqliteWriter : IAsyncDisposable
{
    private readonly SqliteStoreOptions options;
    private readonly LockFile lockFile;
    private readonly ILogger logger;
    private readonly SemaphoreSlim turn = new(1, 1);
    private SqliteSession? session;
    private bool disposed;

    public SqliteWriter(SqliteStoreOptions options, LockFile lockFile, ILogger logger)
    {
        this.options = options;
        this.lockFile = lockFile;
        this.logger = logger;
    }

    public SqliteStoreOptions Options => options;

    public Task<T> ReadAsync<T>(Func<SqliteSession, T> work, CancellationToken cancellationToken) =>
        TakeTurnAsync(() => work(session ??= SqliteSession.Open(options)), cancellationToken);

    public Task WriteAsync(Action<SqliteSession> work, CancellationToken cancellationToken) =>
        WriteAsync(
            s =>
            {
                work(s);
                return true;
            },
            cancellationToken);

    public Task<T> WriteAsync<T>(Func<SqliteSession, T> work, CancellationToken cancellationToken) =>
        TakeTurnAsync(
            () =>
            {
                session ??= SqliteSession.Open(options);
                session.Run("BEGIN IMMEDIATE");
                T result;
                try
                {
                    result = work(session);
                }
                catch (Exception e) when (e is not SqliteException)
                {
                    session.Run("ROLLBACK");
                    throw;
                }

                Commit(session);
                return result;
            },
            cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await turn.WaitAsync();
        disposed = true;
        Drop();
        lockFile.Dispose();
        turn.Release();
    }

    private async Task<T> TakeTurnAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(disposed, typeof(SqliteStore));
            return await Task.Run(work, CancellationToken.None);
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            // Nothing was committed: the open transaction goes with the session.
            Drop();
            throw StoreErrors.Unavailable($"{options.Path}: {e.Message}", e);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>
    /// A failed COMMIT may have left its frames in the WAL, where a later recovery would find them valid. So we recover at once and look.
    /// </summary>
    private void Commit(SqliteSession current)
    {
        var revision = SqliteHistory.Revision(current);
        try
        {
            current.Run("COMMIT");
        }
        catch (SqliteException e)
        {
            Log.SqliteCommitFailed(logger, e, options.Path);
            Drop();
            try
            {
                session = SqliteSession.Open(options);
                if (SqliteHistory.Revision(session) >= revision)
                {
                    return;
                }
            }
            catch (Exception second) when (second is SqliteException or IOException or UnauthorizedAccessException)
            {
                throw StoreErrors.OutcomeUnknown($"{options.Path}: {e.Message}", e);
            }

            throw;
        }
    }

    private void Drop()
    {
        session?.Dispose();
        session = null;
    }
}
