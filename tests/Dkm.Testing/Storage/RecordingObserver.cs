namespace Dkm.Testing.Storage;

using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using Dkm.Storage;
using Xunit;
using Record = Dkm.Storage.Record;

/// <summary>Keeps what a service would keep, and checks the order of what it is told.</summary>
public sealed class RecordingObserver : IReplicaObserver
{
    private readonly ConcurrentDictionary<string, Record> records = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<ReplicaChange> changes = new();

    public IReadOnlyDictionary<string, Record> Records => records;

    public IReadOnlyList<ReplicaChange> Changes => [.. changes];

    /// <summary><c>path=body@version</c>, sorted.</summary>
    public string Content => string.Join(
        ' ', records.Values.OrderBy(r => r.Path, StringComparer.Ordinal).Select(r => $"{r.Path}={Encoding.UTF8.GetString(r.Body.Span)}@{r.Version}"));

    public (int Type, ReadOnlyMemory<byte> Body)? Recall(string path, ReadOnlyMemory<byte>? older) =>
        records.TryGetValue(path, out var record) ? (record.Type, record.Body) : null;

    public void Apply(ReplicaChange change)
    {
        Assert.Equal(changes.IsEmpty, change.Reset);
        if (changes.LastOrDefault() is { } last)
        {
            Assert.True(change.Version > last.Version, $"{change.Version} came after {last.Version}");
        }

        changes.Enqueue(change);
        foreach (var record in change.Updated)
        {
            records[record.Path] = record;
        }

        foreach (var path in change.Deleted)
        {
            Assert.True(records.TryRemove(path, out _), $"{path} was not there");
        }
    }
}
