namespace Dkm.Storage;

using System;
using System.Buffers.Binary;

/// <summary>What a replica says of itself to the others: <c>epoch:8 ‖ number:8 ‖ refuses:1 ‖ recover until, in ticks of UTC:8</c>.</summary>
/// <param name="Replica">Its name, of this run of the process.</param>
/// <param name="Version">What it holds.</param>
/// <param name="Refuses">It refuses what the store holds, and stays on that.</param>
/// <param name="RecoverUntil">
/// Until then an administrator's word to recover is good. With a time, since whoever writes the store may show an old mark again.
/// </param>
internal sealed record PeerMark(string Replica, ManifestVersion Version, bool Refuses, DateTimeOffset RecoverUntil)
{
    public const string Folder = "replicas/";

    /// <summary>Beyond what services number.</summary>
    public const int Type = ushort.MaxValue;

    private const int Size = 25;

    public string Path => Folder + Replica;

    public static PeerMark? Read(LeasedRecord record)
    {
        var body = record.Body.Span;
        return record.Type != Type || body.Length < Size
            ? null
            : new PeerMark(
                record.Path[Folder.Length..],
                new ManifestVersion(BinaryPrimitives.ReadInt64BigEndian(body), BinaryPrimitives.ReadInt64BigEndian(body[8..])),
                body[16] != 0,
                new DateTimeOffset(BinaryPrimitives.ReadInt64BigEndian(body[17..]), TimeSpan.Zero));
    }

    public LeasedPut ToPut()
    {
        var body = new byte[Size];
        BinaryPrimitives.WriteInt64BigEndian(body, Version.Epoch);
        BinaryPrimitives.WriteInt64BigEndian(body.AsSpan(8), Version.Number);
        body[16] = Refuses ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt64BigEndian(body.AsSpan(17), RecoverUntil.UtcTicks);
        return new LeasedPut(Path, Type, body);
    }

    /// <summary>Who holds the newest writes back first: it also knows what was deleted last.</summary>
    public bool GoesBefore(PeerMark other) =>
        Version != other.Version ? Version > other.Version : string.CompareOrdinal(Replica, other.Replica) > 0;
}
