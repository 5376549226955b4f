namespace Dkm.Client;

using System.Buffers.Binary;
using Dkm.Core;
using Dkm.Crypto.V1;
using Google.Protobuf;
using Google.Protobuf.Collections;

/// <summary>The pairs of a context, read back out of its canonical form, for the wire.</summary>
internal static class ContextEntries
{
    public static void Add(RepeatedField<ContextEntry> entries, DkmContext context)
    {
        var rest = context.Canonical;
        while (!rest.IsEmpty)
        {
            var key = Take(ref rest);
            entries.Add(new ContextEntry { Key = key, Value = Take(ref rest) });
        }
    }

    private static ByteString Take(ref System.ReadOnlySpan<byte> rest)
    {
        var length = BinaryPrimitives.ReadInt32BigEndian(rest);
        var text = ByteString.CopyFrom(rest.Slice(4, length));
        rest = rest[(4 + length)..];
        return text;
    }
}
