namespace Dkm.KeyRing.Rings;

using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using Dkm.Core;
using Dkm.Records.V1;
using Google.Protobuf;

/// <summary>
/// Who was in a group that is bound with <c>hold</c> when KeyRing last looked. Identities as 8-byte prints: enough to notice that one is gone, and a
/// group of 10,000 stays small.
/// </summary>
/// <param name="GroupUid">The group.</param>
/// <param name="Members">Prints, ascending.</param>
/// <param name="RecordVersion">The record's version in the store.</param>
internal sealed record HoldGroup(string GroupUid, ImmutableArray<ulong> Members, long RecordVersion)
{
    public const string Prefix = "holdgroups/";

    public static string Path(string uid) => Prefix + uid;

    public static ulong Print(SpiffeId id) => BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(id.ToString())));

    public static ImmutableArray<ulong> Prints(IEnumerable<SpiffeId> members) => [.. members.Select(Print).Order()];

    public static HoldGroup Read(ReadOnlyMemory<byte> body, long recordVersion)
    {
        var record = HoldGroupRecord.Parser.ParseFrom(body.Span);
        return new(record.GroupUid, [.. record.Members], recordVersion);
    }

    public byte[] Write(string operationId) =>
        new HoldGroupRecord { GroupUid = GroupUid, Members = { Members }, OperationId = operationId }.ToByteArray();
}
