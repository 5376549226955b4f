namespace Dkm.KeyRing.Rings;

using System;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using Dkm.Core;
using Google.Protobuf;

/// <summary>A caller's request id: with the same body it gets the same answer, with another one it is refused.</summary>
internal static class RequestId
{
    public static string Check(string id)
    {
        if (id.Length == 0)
        {
            return id;
        }

        return Guid.TryParseExact(id, "D", out var uuid)
            ? uuid.ToString("D", CultureInfo.InvariantCulture)
            : throw DkmException.Invalid("request_id", Reasons.InvalidField, "request_id is a UUID");
    }

    /// <summary>SHA-256 of what the caller asked for. Serialization is deterministic: there are no maps in it.</summary>
    public static ImmutableArray<byte> Digest(IMessage body) => [.. SHA256.HashData(body.ToByteArray())];

    public static DkmException Reused(string id) =>
        new(ErrorKind.AlreadyExists, Reasons.RequestIdReused, $"request_id {id} was used for another request", "request_id");
}
