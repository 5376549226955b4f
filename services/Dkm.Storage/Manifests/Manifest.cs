namespace Dkm.Storage;

using System;
using System.Buffers.Binary;
using Dkm.Core;

/// <summary>
/// One line for all records of a service. Its record version is its number; its body is <c>epoch:8 ‖ count:8 ‖ digest:32 ‖ operation id:16</c>.
/// </summary>
/// <param name="Version">Epoch and number.</param>
/// <param name="Count">Records.</param>
/// <param name="Digest">Over all records, under the digest key of <paramref name="StoreKey"/>.</param>
/// <param name="OperationId">Random; by it a writer whose answer was lost knows its own write again.</param>
/// <param name="StoreKey">The key that seals it and what is written with it.</param>
/// <param name="MinReader">The lowest version of the software that may read these records.</param>
/// <param name="MinWriter">The lowest version of the software that may write these records.</param>
internal sealed record Manifest(
    ManifestVersion Version, long Count, MultisetDigest Digest, UInt128 OperationId, KeyId StoreKey, int MinReader = 1, int MinWriter = 1)
{
    public const int BodySize = 64;

    public RecordHeader Header => new(RecordHeader.ManifestType, MinReader, MinWriter, Version.Number, StoreKey);

    public static UInt128 NewOperationId()
    {
        Span<byte> bytes = stackalloc byte[16];
        KernelRandom.Fill(bytes);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    /// <summary>Null if the opened record is no manifest.</summary>
    public static Manifest? From(OpenedRecord record)
    {
        var header = record.Header;
        var body = record.Body.AsSpan();
        return header.Type != RecordHeader.ManifestType || body.Length != BodySize
            ? null
            : new Manifest(
                new ManifestVersion(BinaryPrimitives.ReadInt64BigEndian(body), header.Version),
                BinaryPrimitives.ReadInt64BigEndian(body[8..]),
                MultisetDigest.Read(body[16..]),
                BinaryPrimitives.ReadUInt128BigEndian(body[48..]),
                header.StoreKey,
                header.MinReader,
                header.MinWriter);
    }

    public byte[] ToBody()
    {
        var body = new byte[BodySize];
        BinaryPrimitives.WriteInt64BigEndian(body, Version.Epoch);
        BinaryPrimitives.WriteInt64BigEndian(body.AsSpan(8), Count);
        Digest.Write(body.AsSpan(16));
        BinaryPrimitives.WriteUInt128BigEndian(body.AsSpan(48), OperationId);
        return body;
    }

    /// <summary>How another manifest of the same records stands to this one.</summary>
    public ManifestRelation Judge(Manifest other) =>
        other.Version == Version ? (other == this ? ManifestRelation.Same : ManifestRelation.Fork)
        : other.Version < Version ? ManifestRelation.Behind
        : other.Version == Version with { Number = Version.Number + 1 } ? ManifestRelation.Next
        : ManifestRelation.Ahead;
}
