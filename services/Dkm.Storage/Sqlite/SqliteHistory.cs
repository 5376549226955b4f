namespace Dkm.Storage;

using System;
using System.Collections.Generic;
using Microsoft.Data.Sqlite;

/// <summary>Reading the table of every version of every path. A row without a value is a deletion.</summary>
internal static class SqliteHistory
{
    private const string Columns = "path, revision, created, lease, value";

    // The index on revisions makes the window cheap; the watcher moves it on.
    private const int WatchWindow = 256;

    public static long Revision(SqliteSession session) => session.Number("SELECT value FROM meta WHERE name = 'revision'");

    public static long Compacted(SqliteSession session) => session.Number("SELECT value FROM meta WHERE name = 'compacted'");

    public static StoreRead Get(SqliteSession session, string path, long revision)
    {
        var at = ReadableRevision(session, revision);
        return new StoreRead(Find(session, path, at), at);
    }

    public static StoreEntry? Find(SqliteSession session, string path, long revision)
    {
        using var reader = session.Command(
            $"SELECT {Columns} FROM history WHERE path = @0 AND revision <= @1 ORDER BY revision DESC LIMIT 1", path, revision).ExecuteReader();
        return reader.Read() ? Entry(reader) : null;
    }

    public static StorePage Range(SqliteSession session, string prefix, string? startAfter, int limit, long revision)
    {
        var at = ReadableRevision(session, revision);
        var entries = new List<StoreEntry>();
        using var reader = session.Command(
            $"""
            SELECT {Columns} FROM history AS h
            WHERE path >= @0 AND path > @1 AND path < @2 AND revision <= @3 AND value IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM history AS n WHERE n.path = h.path AND n.revision > h.revision AND n.revision <= @3)
            ORDER BY path LIMIT @4
            """,
            prefix,
            startAfter ?? string.Empty,
            StorePath.EndOf(prefix),
            at,
            limit + 1).ExecuteReader();
        while (entries.Count < limit && reader.Read())
        {
            entries.Add(Entry(reader)!);
        }

        return new StorePage(entries, at, entries.Count == limit && reader.Read());
    }

    /// <summary>The changes from a revision on, as far as one window reaches, and the last revision looked at.</summary>
    public static (IReadOnlyList<StoreWatchBatch> Batches, long Through) Changes(SqliteSession session, string prefix, long from)
    {
        var compacted = Compacted(session);
        if (from <= compacted)
        {
            throw new StoreCompactedException(compacted);
        }

        var through = Math.Min(Revision(session), from + WatchWindow - 1);
        var batches = new List<StoreWatchBatch>();
        List<StoreEvent>? events = null;
        using var reader = session.Command(
            $"""
            SELECT {Columns} FROM history INDEXED BY history_revision
            WHERE revision BETWEEN @0 AND @1 AND path >= @2 AND path < @3 ORDER BY revision
            """,
            from,
            through,
            prefix,
            StorePath.EndOf(prefix)).ExecuteReader();
        while (reader.Read())
        {
            var revision = reader.GetInt64(1);
            if (events is null || batches[^1].Revision != revision)
            {
                batches.Add(new StoreWatchBatch(revision, events = []));
            }

            events.Add(new StoreEvent(reader.GetString(0), Entry(reader)));
        }

        return (batches, through);
    }

    private static long ReadableRevision(SqliteSession session, long revision)
    {
        var now = Revision(session);
        var compacted = Compacted(session);
        if (revision > now)
        {
            throw StoreErrors.Unavailable($"revision {revision} is in the future; the store is at {now}");
        }

        return revision == 0 ? now : revision < compacted ? throw new StoreCompactedException(compacted) : revision;
    }

    private static StoreEntry? Entry(SqliteDataReader reader) =>
        reader.IsDBNull(4)
            ? null
            : new StoreEntry(reader.GetString(0), (byte[])reader.GetValue(4), reader.GetInt64(2), reader.GetInt64(1), reader.GetInt64(3));
}
