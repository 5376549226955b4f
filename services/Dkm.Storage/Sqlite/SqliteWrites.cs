namespace Dkm.Storage;

using System;
using System.Collections.Generic;

/// <summary>Writing the table of every version of every path. All of it inside a transaction that <see cref="SqliteStore"/> opened.</summary>
internal static class SqliteWrites
{
    private const string Insert = "INSERT INTO history (path, revision, created, lease, value) VALUES (@0, @1, @2, @3, @4)";

    /// <summary>Compares and writes. The revision is the store's after it; it has moved only if something was written.</summary>
    public static StoreCommit Apply(SqliteSession session, StoreTransaction transaction)
    {
        var before = SqliteHistory.Revision(session);
        if (!Holds(session, transaction.Compares, before, out var current))
        {
            return new StoreCommit(false, before, current);
        }

        var revision = before + 1;
        var written = 0;
        foreach (var put in transaction.Puts)
        {
            CheckLease(session, put.LeaseId);
            var created = SqliteHistory.Find(session, put.Path, before)?.CreateRevision ?? revision;
            written += session.Run(Insert, put.Path, revision, created, put.LeaseId, put.Value.ToArray());
        }

        foreach (var path in transaction.Deletes)
        {
            written += Delete(session, path, revision);
        }

        return new StoreCommit(true, Advance(session, before, written), []);
    }

    /// <summary>Ends leases and deletes what goes with them, each lease at a revision of its own.</summary>
    public static void EndLeases(SqliteSession session, IEnumerable<long> leases)
    {
        foreach (var lease in leases)
        {
            var before = SqliteHistory.Revision(session);
            var paths = new List<string>();
            using (var reader = session.Command("SELECT DISTINCT path FROM history WHERE lease = @0 AND lease <> 0 ORDER BY path", lease).ExecuteReader())
            {
                while (reader.Read())
                {
                    paths.Add(reader.GetString(0));
                }
            }

            var written = 0;
            foreach (var path in paths)
            {
                written += SqliteHistory.Find(session, path, before)?.LeaseId == lease ? Delete(session, path, before + 1) : 0;
            }

            Advance(session, before, written);
            session.Run("DELETE FROM leases WHERE id = @0", lease);
        }
    }

    /// <summary>Forgets, of the paths that were written since the last compaction, what lies before their last version at the revision.</summary>
    public static void Compact(SqliteSession session, long revision)
    {
        var compacted = SqliteHistory.Compacted(session);
        if (revision > SqliteHistory.Revision(session))
        {
            throw new ArgumentOutOfRangeException(nameof(revision), "a revision in the future cannot be compacted");
        }

        if (revision <= compacted)
        {
            return;
        }

        var last = new List<(string Path, long Revision)>();
        using (var reader = session.Command(
            "SELECT path, max(revision) FROM history INDEXED BY history_revision WHERE revision BETWEEN @0 AND @1 GROUP BY path",
            compacted,
            revision).ExecuteReader())
        {
            while (reader.Read())
            {
                last.Add((reader.GetString(0), reader.GetInt64(1)));
            }
        }

        foreach (var (path, newest) in last)
        {
            session.Run("DELETE FROM history WHERE path = @0 AND revision < @1", path, newest);
            session.Run("DELETE FROM history WHERE path = @0 AND revision = @1 AND value IS NULL", path, newest);
        }

        session.Run("UPDATE meta SET value = @0 WHERE name = 'compacted'", revision);
    }

    private static bool Holds(SqliteSession session, IReadOnlyList<StoreCompare> compares, long revision, out IReadOnlyList<StoreEntry?> current)
    {
        var found = new List<StoreEntry?>(compares.Count);
        var holds = true;
        foreach (var compare in compares)
        {
            var entry = SqliteHistory.Find(session, compare.Path, revision);
            holds &= compare.Holds(entry);
            found.Add(entry);
        }

        current = holds ? [] : found;
        return holds;
    }

    private static void CheckLease(SqliteSession session, long lease)
    {
        if (lease != 0 && session.Number("SELECT count(*) FROM leases WHERE id = @0", lease) == 0)
        {
            throw new StoreLeaseNotFoundException(lease);
        }
    }

    private static int Delete(SqliteSession session, string path, long revision) =>
        SqliteHistory.Find(session, path, revision) is null ? 0 : session.Run(Insert, path, revision, 0L, 0L, DBNull.Value);

    private static long Advance(SqliteSession session, long before, int written)
    {
        if (written == 0)
        {
            return before;
        }

        session.Run("UPDATE meta SET value = @0 WHERE name = 'revision'", before + 1);
        return before + 1;
    }
}
