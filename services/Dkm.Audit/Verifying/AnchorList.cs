namespace Dkm.Audit;

using System;
using System.Collections.Generic;
using System.Linq;
using Dkm.Core;

/// <summary>What a log has signed of itself, at growing sizes.</summary>
public sealed class AnchorList
{
    private AnchorList(IReadOnlyList<Checkpoint> checkpoints, VerifyFinding? split)
    {
        Checkpoints = checkpoints;
        Split = split;
    }

    /// <summary>Ascending, each size once.</summary>
    public IReadOnlyList<Checkpoint> Checkpoints { get; }

    /// <summary>Two anchors of one size that differ: the log showed two histories.</summary>
    public VerifyFinding? Split { get; }

    /// <param name="anchors">Signed notes, in any order.</param>
    /// <param name="log">The key that signed them.</param>
    /// <param name="witness">The key that cosigned them; null takes them without.</param>
    /// <exception cref="DkmException">INVALID_ARGUMENT: one of them is not signed by these keys.</exception>
    public static AnchorList Of(IReadOnlyList<SignedNote> anchors, NoteVerifier log, NoteVerifier? witness = null)
    {
        ArgumentNullException.ThrowIfNull(anchors);
        var checkpoints = anchors.Select((note, i) => Open(note, i, log, witness)).OrderBy(checkpoint => checkpoint.Size).Distinct().ToList();
        var twice = checkpoints.Zip(checkpoints.Skip(1)).FirstOrDefault(pair => pair.First.Size == pair.Second.Size).First;
        var split = twice is null ? null : new VerifyFinding(
            0, twice.Size, RecordFault.Rewritten, $"the log signed two different histories of {twice.Size} records");
        return new AnchorList(checkpoints, split);
    }

    private static Checkpoint Open(SignedNote note, int index, NoteVerifier log, NoteVerifier? witness) =>
        Checkpoint.Open(note, log) is { } checkpoint && (witness is null || witness.Verifies(note))
            ? checkpoint
            : throw DkmException.Invalid($"anchors[{index}]", Reasons.Malformed, "not a checkpoint that this log has signed and Access has cosigned");
}
