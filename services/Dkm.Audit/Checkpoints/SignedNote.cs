namespace Dkm.Audit;

using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Linq;

/// <summary>Text with signatures under it (C2SP signed-note). The text means nothing until a <see cref="NoteVerifier"/> has judged the note.</summary>
public sealed class SignedNote
{
    /// <summary>Limit of a note in characters.</summary>
    public const int MaximumLength = 16384;

    /// <summary>Limit of signature lines; the specification asks for 16 at least.</summary>
    public const int MaximumSignatures = 100;

    private const string Prefix = "\u2014 ";

    /// <param name="text">Ends with a line end and has no control characters but those.</param>
    /// <param name="signatures">In the order in which they are written.</param>
    public SignedNote(string text, IReadOnlyList<NoteSignature> signatures)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(signatures);
        if (!IsText(text) || !signatures.All(signature => IsName(signature.Name)))
        {
            throw new ArgumentException("a note is lines of text without control characters, and names without spaces and plus", nameof(text));
        }

        Text = text;
        Signatures = signatures;
    }

    /// <summary>What is signed, with its last line end.</summary>
    public string Text { get; }

    public IReadOnlyList<NoteSignature> Signatures { get; }

    public static bool TryParse(string? note, [NotNullWhen(true)] out SignedNote? parsed)
    {
        parsed = null;
        if (note is null || note.Length > MaximumLength || !note.EndsWith('\n'))
        {
            return false;
        }

        // The last empty line parts the two: the text may have empty lines itself.
        var empty = note.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (empty < 0 || !IsText(note[..(empty + 1)]))
        {
            return false;
        }

        var lines = note[(empty + 2)..].Split('\n')[..^1];
        var signatures = lines.Length <= MaximumSignatures ? lines.Select(Parse).ToList() : [];
        if (signatures.Count == 0 || signatures.Contains(null))
        {
            return false;
        }

        parsed = new SignedNote(note[..(empty + 1)], signatures!);
        return true;
    }

    public SignedNote With(NoteSignature signature) => new(Text, [.. Signatures, signature]);

    public override string ToString() => $"{Text}\n{string.Concat(Signatures.Select(Line))}";

    internal static bool IsName(string name) => name.Length > 0 && !name.Any(character => char.IsWhiteSpace(character) || char.IsControl(character) || character == '+');

    private static bool IsText(string text) => text.EndsWith('\n') && !text.Any(character => char.IsControl(character) && character != '\n');

    private static string Line(NoteSignature signature)
    {
        var bytes = new byte[4 + signature.Signature.Length];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, signature.KeyId);
        signature.Signature.Span.CopyTo(bytes.AsSpan(4));
        return $"{Prefix}{signature.Name} {Convert.ToBase64String(bytes)}\n";
    }

    private static NoteSignature? Parse(string line)
    {
        if (!line.StartsWith(Prefix, StringComparison.Ordinal) || line[Prefix.Length..].Split(' ') is not [var name, var text] || !IsName(name))
        {
            return null;
        }

        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) && length > 4 && Convert.ToBase64String(bytes.AsSpan(0, length)) == text
            ? new NoteSignature(name, BinaryPrimitives.ReadUInt32BigEndian(bytes), bytes.AsMemory(4, length - 4))
            : null;
    }
}
