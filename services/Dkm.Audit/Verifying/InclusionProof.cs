namespace Dkm.Audit;

using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Linq;
using System.Text;

/// <summary>One record with the proof that a signed log holds it, to be checked without the log (C2SP tlog-proof; the extra data is the record).</summary>
/// <param name="Record">Its bytes, as hashed.</param>
/// <param name="Index">Its place.</param>
/// <param name="Path">From its sibling up.</param>
/// <param name="Checkpoint">Signed by the log, and perhaps cosigned by Access.</param>
public sealed record InclusionProof(ReadOnlyMemory<byte> Record, long Index, IReadOnlyList<AuditHash> Path, SignedNote Checkpoint)
{
    private const string Title = "c2sp.org/tlog-proof@v1";
    private const string Extra = "extra ";
    private const string Place = "index ";
    private const int MaximumPath = 63;

    public static bool TryParse(string? text, [NotNullWhen(true)] out InclusionProof? proof)
    {
        proof = null;
        var empty = text?.IndexOf("\n\n", StringComparison.Ordinal) ?? -1;
        if (text is null || empty < 0 || !SignedNote.TryParse(text[(empty + 2)..], out var note)
            || text[..empty].Split('\n') is not [Title, var extra, var place, .. var hashes]
            || !extra.StartsWith(Extra, StringComparison.Ordinal) || !place.StartsWith(Place, StringComparison.Ordinal)
            || hashes.Length > MaximumPath || !TryReadRecord(extra[Extra.Length..], out var record)
            || !long.TryParse(place.AsSpan(Place.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var index))
        {
            return false;
        }

        var path = new AuditHash[hashes.Length];
        for (var i = 0; i < path.Length; i++)
        {
            if (!AuditHash.TryParseBase64(hashes[i], out path[i]))
            {
                return false;
            }
        }

        proof = new InclusionProof(record, index, path, note);
        return true;
    }

    /// <summary>The record, if the log whose key this is has signed a tree in which it stands at its place; else null.</summary>
    public AuditRecord? Verify(NoteVerifier log) =>
        Audit.Checkpoint.Open(Checkpoint, log) is { } checkpoint
        && TreeVerification.Inclusion(MerkleHashing.Leaf(Record.Span), Index, checkpoint.Size, Path, checkpoint.Root)
        && RecordCodec.TryRead(Record.Span, out var record) && record.Index == Index
            ? record
            : null;

    public override string ToString() => new StringBuilder(Title).Append('\n')
        .Append(Extra).Append(Convert.ToBase64String(Record.Span)).Append('\n')
        .Append(CultureInfo.InvariantCulture, $"{Place}{Index}\n")
        .AppendJoin(string.Empty, Path.Select(hash => hash.ToBase64() + "\n"))
        .Append('\n').Append(Checkpoint).ToString();

    private static bool TryReadRecord(string text, out byte[] record)
    {
        record = new byte[text.Length];
        var read = Convert.TryFromBase64String(text, record, out var length);
        Array.Resize(ref record, length);
        return read;
    }
}
