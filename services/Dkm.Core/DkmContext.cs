namespace Dkm.Core;

using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Text;
using System.Text.Unicode;

/// <summary>
/// The caller's key/value pairs that an envelope is bound to: authenticated with it, never stored in it. Kept in the canonical form of
/// docs/ENVELOPE.md, so that the order in which pairs are given makes no difference. Never log it: it often is an address.
/// </summary>
public sealed class DkmContext
{
    /// <summary>Limit of the canonical form, in bytes.</summary>
    public const int MaximumCanonicalLength = 8192;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] canonical;

    private DkmContext(byte[] canonical) => this.canonical = canonical;

    /// <summary>No pairs.</summary>
    public static DkmContext Empty { get; } = new([]);

    /// <summary>The canonical form; empty for no pairs.</summary>
    public ReadOnlySpan<byte> Canonical => canonical;

    /// <summary>A context of one pair.</summary>
    /// <exception cref="DkmException">INVALID_ARGUMENT that names <c>context[0].key</c>, <c>context[0].value</c> or <c>context</c>.</exception>
    public static DkmContext Of(string key, string value) => From([KeyValuePair.Create(key, value)]);

    /// <summary>A context of these pairs; keys are not empty and not given twice.</summary>
    /// <exception cref="DkmException">INVALID_ARGUMENT that names the field, such as <c>context[2].key</c>, or <c>context</c> when it is too long.</exception>
    public static DkmContext From(IEnumerable<KeyValuePair<string, string>> pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        var encoded = new List<(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value)>();
        foreach (var (key, value) in pairs)
        {
            encoded.Add((Encode(key, encoded.Count, "key"), Encode(value, encoded.Count, "value")));
        }

        return FromUtf8(encoded);
    }

    /// <summary>A context of pairs that are UTF-8 already. Ill-formed UTF-8 is refused, nothing is normalized.</summary>
    /// <exception cref="DkmException">INVALID_ARGUMENT as of <see cref="From"/>.</exception>
    public static DkmContext FromUtf8(IReadOnlyList<(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value)> pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        if (pairs.Count == 0)
        {
            return Empty;
        }

        var length = 0L;
        var order = new int[pairs.Count];
        for (var i = 0; i < pairs.Count; i++)
        {
            order[i] = i;
            length += 8L + pairs[i].Key.Length + pairs[i].Value.Length;
            if (length > MaximumCanonicalLength)
            {
                throw DkmException.Invalid("context", Reasons.TooLong, $"a context is at most {MaximumCanonicalLength} bytes in its canonical form");
            }

            CheckPair(pairs[i].Key.Span, pairs[i].Value.Span, i);
        }

        // Keys are unique or refused, so a sort that is not stable is good enough; on a tie the later index is the duplicate to name.
        Array.Sort(order, (left, right) =>
        {
            var byKey = pairs[left].Key.Span.SequenceCompareTo(pairs[right].Key.Span);
            return byKey != 0 ? byKey : left.CompareTo(right);
        });
        return new DkmContext(Write(pairs, order, (int)length));
    }

    private static byte[] Write(IReadOnlyList<(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value)> pairs, int[] order, int length)
    {
        var canonical = new byte[length];
        var rest = canonical.AsSpan();
        for (var i = 0; i < order.Length; i++)
        {
            var (key, value) = pairs[order[i]];
            if (i > 0 && key.Span.SequenceEqual(pairs[order[i - 1]].Key.Span))
            {
                throw DkmException.Invalid($"context[{order[i]}].key", Reasons.InvalidField, "a context key is given twice");
            }

            rest = Append(Append(rest, key.Span), value.Span);
        }

        return canonical;
    }

    private static Span<byte> Append(Span<byte> destination, ReadOnlySpan<byte> text)
    {
        BinaryPrimitives.WriteInt32BigEndian(destination, text.Length);
        text.CopyTo(destination[4..]);
        return destination[(4 + text.Length)..];
    }

    private static void CheckPair(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, int index)
    {
        if (key.IsEmpty)
        {
            throw DkmException.Invalid($"context[{index}].key", Reasons.Required, "a context key is not empty");
        }

        if (!Utf8.IsValid(key))
        {
            throw IllFormed(index, "key");
        }

        if (!Utf8.IsValid(value))
        {
            throw IllFormed(index, "value");
        }
    }

    private static byte[] Encode(string text, int index, string part)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            return Strict.GetBytes(text);
        }
        catch (EncoderFallbackException)
        {
            throw IllFormed(index, part);
        }
    }

    private static DkmException IllFormed(int index, string part) =>
        DkmException.Invalid($"context[{index}].{part}", Reasons.InvalidField, "text of a context is well-formed UTF-8");
}
