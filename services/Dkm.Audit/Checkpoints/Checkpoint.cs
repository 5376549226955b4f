namespace Dkm.Audit;

using System;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

/// <summary>What a log says of itself at one size (C2SP tlog-checkpoint): the text of a signed note. We write no extension lines and take none.</summary>
/// <param name="Origin">Which log.</param>
/// <param name="Size">How many records.</param>
/// <param name="Root">The root of the tree of these.</param>
public sealed record Checkpoint(string Origin, long Size, AuditHash Root)
{
    /// <summary>The three lines.</summary>
    public string Text => string.Create(CultureInfo.InvariantCulture, $"{Origin}\n{Size}\n{Root.ToBase64()}\n");

    public static bool TryParse(string? text, [NotNullWhen(true)] out Checkpoint? checkpoint)
    {
        checkpoint = null;
        if (text?.Split('\n') is not [var origin, var size, var root, ""] || origin.Length == 0
            || !long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            || !AuditHash.TryParseBase64(root, out var hash))
        {
            return false;
        }

        // Leading zeroes would make two texts of one checkpoint.
        var parsed = new Checkpoint(origin, count, hash);
        checkpoint = string.Equals(parsed.Text, text, StringComparison.Ordinal) ? parsed : null;
        return checkpoint is not null;
    }

    /// <summary>The checkpoint in a note that this log's key has signed; null for anything else.</summary>
    public static Checkpoint? Open(SignedNote note, NoteVerifier log)
    {
        ArgumentNullException.ThrowIfNull(note);
        ArgumentNullException.ThrowIfNull(log);
        return log.Verifies(note) && TryParse(note.Text, out var checkpoint) && checkpoint.Origin == log.Name ? checkpoint : null;
    }
}
