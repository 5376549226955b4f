namespace Dkm.Storage;

using System;
using System.Text;

/// <summary>The value at <c>sealing/&lt;id&gt;</c>: <c>"DKS" 01 ‖ length:1 ‖ the root's id ‖ the key, wrapped by it</c>.</summary>
internal sealed record WrappedStoreKey(string RootId, ReadOnlyMemory<byte> Wrapped)
{
    private static ReadOnlySpan<byte> Magic => "DKS\u0001"u8;

    public static WrappedStoreKey? Read(ReadOnlyMemory<byte> value)
    {
        var bytes = value.Span;
        return bytes.Length > 5 && bytes.StartsWith(Magic) && bytes.Length > 5 + bytes[4]
            ? new WrappedStoreKey(Encoding.ASCII.GetString(bytes.Slice(5, bytes[4])), value[(5 + bytes[4])..])
            : null;
    }

    public byte[] ToArray() => [.. Magic, (byte)RootId.Length, .. Encoding.ASCII.GetBytes(RootId), .. Wrapped.Span];
}
