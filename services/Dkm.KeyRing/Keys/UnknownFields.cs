namespace Dkm.KeyRing.Keys;

using System;
using Google.Protobuf;

/// <summary>
/// Fields that a newer KeyRing wrote into a record survive our rewrite (DESIGN section 4, upgrade). Kept as bytes and not as the message, since a
/// replica holds a million keys and in the usual case not one such field.
/// </summary>
internal static class UnknownFields
{
    public static ReadOnlyMemory<byte> Of(ReadOnlyMemory<byte> body, int highestKnown)
    {
        using var input = new CodedInputStream(body.ToArray());
        byte[] unknown = [];
        for (var start = 0; input.ReadTag() is var tag && tag != 0; start = (int)input.Position)
        {
            input.SkipLastField();
            if (WireFormat.GetTagFieldNumber(tag) > highestKnown)
            {
                unknown = [.. unknown, .. body.Span[start..(int)input.Position]];
            }
        }

        return unknown;
    }
}
