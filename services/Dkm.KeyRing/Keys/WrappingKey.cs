namespace Dkm.KeyRing.Keys;

using System;
using System.Collections.Immutable;
using System.Linq;
using Dkm.Records.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

/// <summary>A wrapping key as it is stored: wrapped by one or more roots.</summary>
/// <param name="Id">UUID.</param>
/// <param name="Wraps">Root id and what that root wrapped.</param>
/// <param name="CreateTime">The newest is the default.</param>
internal sealed record WrappingKey(string Id, ImmutableArray<(string RootId, ReadOnlyMemory<byte> Wrapped)> Wraps, DateTimeOffset CreateTime)
{
    public const string Prefix = "wrapping/";

    public static string Path(string id) => Prefix + id;

    public static WrappingKey Read(ReadOnlyMemory<byte> body)
    {
        var record = WrappingKeyRecord.Parser.ParseFrom(body.Span);
        return new(record.Id, [.. record.Wraps.Select(wrap => (wrap.RootId, wrap.Wrapped.Memory))], record.CreateTime.ToDateTimeOffset());
    }

    public byte[] Write() => new WrappingKeyRecord
    {
        Id = Id,
        Wraps = { Wraps.Select(wrap => new RootWrap { RootId = wrap.RootId, Wrapped = ByteString.CopyFrom(wrap.Wrapped.Span) }) },
        CreateTime = CreateTime.ToTimestamp(),
    }.ToByteArray();
}
