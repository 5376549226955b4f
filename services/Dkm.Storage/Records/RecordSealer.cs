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
        var sealedBody = RecordSealing.Seal(key.Sealing, body, AssociatedData(fullPath, header));
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
        var value = entry.Value.Span;
        if (!RecordHeader.TryRead(value, out var header) || value.Length < RecordHeader.Size + RecordSealing.Overhead)
        {
            return new Refusal(path, null, "bytes that are no sealed record");
        }

        if (keys.Find(header.StoreKey) is not { } key)
        {
            return new Refusal(path, null, $"a record sealed with store key {header.StoreKey}, which is not there");
        }

        if (!RecordSealing.TryOpen(key.Sealing, value[RecordHeader.Size..], AssociatedData(entry.Path, header), out var body))
        {
            return new Refusal(path, null, "a record that does not open: altered, or made for another path or installation");
        }

        // After the opening: the header is believed only now.
        if (header.MinReader > readerVersion)
        {
            return new Refusal(
                path, $"a record for readers of version {readerVersion}", $"one that asks for version {header.MinReader}; upgrade this software", Upgrade: true);
        }

        record = new OpenedRecord(path, header, Stamp(value), entry.ModRevision, body);
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
