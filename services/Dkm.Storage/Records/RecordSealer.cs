namespace Dkm.Storage;

using System;
using System.Buffers.Binary;
using System.Text;
using Dkm.Core.Secrets;

/// <summary>
/// Sealing and opening of a service's values. The associated data binds them to installation, full path and header (type, versions, store key), so
/// that none can be altered, moved, or passed off as another version.
/// </summary>
internal sealed class RecordSealer
{
    private static ReadOnlySpan<byte> Label => "dkm/v1/record"u8;

    private readonly string clusterId;
    private readonly int readerVersion;

    public RecordSealer(string clusterId, int readerVersion)
    {
        this.clusterId = clusterId;
        this.readerVersion = readerVersion;
    }

    /// <summary>The start of the nonce of a sealed value.</summary>
    public static ulong Stamp(ReadOnlySpan<byte> value) => BinaryPrimitives.ReadUInt64BigEndian(value[RecordHeader.Size..]);

    public byte[] Seal(StoreKey key, string fullPath, RecordHeader header, ReadOnlySpan<byte> body)
    {
        var sealedBody = key.Sealing.Seal(body, AssociatedData(fullPath, header));
        var value = new byte[RecordHeader.Size + sealedBody.Length];
        header.Write(value);
        sealedBody.CopyTo(value.AsSpan(RecordHeader.Size));
        return value;
    }

    /// <summary>Opens, or says why not.</summary>
    /// <param name="keys">The store keys known.</param>
    /// <param name="entry">What the store holds.</param>
    /// <param name="path">Its path below the service's prefix.</param>
    /// <param name="record">The record, if it opens.</param>
    public Refusal? Open(StoreKeys keys, StoreEntry entry, string path, out OpenedRecord? record)
    {
        record = null;
        var (key, refusal) = Look(keys, entry, path, out var header);
        if (key is null)
        {
            return refusal;
        }

        key.Sealing.TryOpen(entry.Value.Span[RecordHeader.Size..], AssociatedData(entry.Path, header), out var body);
        return Judge(entry, path, header, body, out record);
    }

    /// <summary>Opens many, or says of each why not: as <see cref="Open(StoreKeys, StoreEntry, string, out OpenedRecord?)"/>, for less time.</summary>
    /// <param name="keys">The store keys known.</param>
    /// <param name="entries">What the store holds, and the paths below the service's prefix.</param>
    /// <param name="told">Told of each, in order.</param>
    public void Open(StoreKeys keys, ReadOnlySpan<(StoreEntry Entry, string Path)> entries, Action<int, OpenedRecord?, Refusal?> told)
    {
        var records = new SealedRecord[entries.Length];
        var bodies = new byte[]?[entries.Length];
        var looks = new (StoreKey? Key, Refusal? Refusal, RecordHeader Header)[entries.Length];
        for (var i = 0; i < entries.Length; i++)
        {
            var (entry, path) = entries[i];
            var (key, refusal) = Look(keys, entry, path, out var header);
            looks[i] = (key, refusal, header);
            records[i] = key is null ? default : new SealedRecord(entry.Value[RecordHeader.Size..], AssociatedData(entry.Path, header));
        }

        // One key seals nearly all of them; what another one sealed stands in a run of its own.
        for (int start = 0, end = 1; start < entries.Length; end++)
        {
            if (end == entries.Length || looks[end].Key != looks[start].Key)
            {
                looks[start].Key?.Sealing.Open(records.AsSpan(start, end - start), bodies.AsSpan(start));
                start = end;
            }
        }

        for (var i = 0; i < entries.Length; i++)
        {
            var record = default(OpenedRecord);
            var refusal = looks[i].Refusal ?? Judge(entries[i].Entry, entries[i].Path, looks[i].Header, bodies[i], out record);
            told(i, record, refusal);
        }
    }

    private static (StoreKey? Key, Refusal? Refusal) Look(StoreKeys keys, StoreEntry entry, string path, out RecordHeader header)
    {
        var value = entry.Value.Span;
        return !RecordHeader.TryRead(value, out header) || value.Length < RecordHeader.Size + RecordSealing.Overhead
            ? (null, new Refusal(path, null, "bytes that are no sealed record"))
            : keys.Find(header.StoreKey) is { } key
            ? (key, null)
            : (null, new Refusal(path, null, $"a record sealed with store key {header.StoreKey}, which is not there"));
    }

    /// <summary>The body is null if the record does not open.</summary>
    private Refusal? Judge(StoreEntry entry, string path, RecordHeader header, byte[]? body, out OpenedRecord? record)
    {
        record = null;
        if (body is null)
        {
            return new Refusal(path, null, "a record that does not open: altered, or made for another path or installation");
        }

        // After the opening: the header is believed only now.
        if (header.MinReader > readerVersion)
        {
            return new Refusal(
                path, $"a record for readers of version {readerVersion}", $"one that asks for version {header.MinReader}; upgrade this software", Upgrade: true);
        }

        record = new OpenedRecord(path, header, Stamp(entry.Value.Span), entry.ModRevision, body);
        return null;
    }

    private byte[] AssociatedData(string fullPath, RecordHeader header)
    {
        var data = new byte[Label.Length + 4 + clusterId.Length + fullPath.Length + RecordHeader.Size];
        Label.CopyTo(data);
        var position = Label.Length;
        position += WriteText(clusterId, data.AsSpan(position));
        position += WriteText(fullPath, data.AsSpan(position));
        header.Write(data.AsSpan(position));
        return data;
    }

    private static int WriteText(string text, Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)text.Length);
        return 2 + Encoding.ASCII.GetBytes(text, destination[2..]);
    }
}
