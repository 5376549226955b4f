namespace Dkm.Audit;

using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Threading;
using Dkm.Core;

/// <summary>The files of a log that is open for writing. One thread writes; any thread may ask for the committed tree, for proofs and for the list of segments.</summary>
internal sealed class LogStore : IDisposable
{
    private readonly Lock gate = new();
    private readonly IAuditFiles files;
    private readonly LogPaths paths;
    private readonly LogId log;
    private readonly long segmentSize;
    private readonly CommitMark mark;
    private readonly CompactRange range;
    private readonly IntentLedger open;
    private readonly List<long> segments;
    private IAuditFile? segment;
    private uint seed;
    private long segmentFirst;
    private long length;

    private LogStore(IAuditFiles files, LogPaths paths, LogId log, long segmentSize, CommitMark mark, TreeFiles tree, RecoveredLog found)
    {
        this.files = files;
        this.paths = paths;
        this.log = log;
        this.segmentSize = segmentSize;
        this.mark = mark;
        Tree = tree;
        range = found.Tree;
        open = found.Open;
        segments = [.. found.Segments];
    }

    /// <summary>Stored hashes; of the committed records all that proofs need.</summary>
    public TreeFiles Tree { get; }

    /// <summary>Bytes of an unfinished write that a start found and cut off.</summary>
    public long CutBytes { get; private set; }

    public long Size
    {
        get
        {
            lock (gate)
            {
                return range.Size;
            }
        }
    }

    /// <exception cref="DkmException">FAILED_PRECONDITION AUDIT_DAMAGED.</exception>
    /// <exception cref="IOException">The files cannot be used.</exception>
    public static LogStore Open(IAuditFiles files, LogPaths paths, NoteVerifier key, long segmentSize)
    {
        files.CreateDirectory(paths.StateDirectory);
        files.CreateDirectory(paths.Directory);
        files.CreateDirectory(paths.Records);
        files.CreateDirectory(paths.Tree);
        var log = LogId.Of(key.PublicKeyBytes);
        var mark = CommitMark.Open(files, paths.Mark, log);
        var tree = new TreeFiles(files, paths.Tree);
        try
        {
            var checkpoint = SavedCheckpoint(files, paths.Checkpoint, key);
            var found = new LogRecovery(files, paths, log, tree).Run(long.Max(mark.Size, checkpoint?.Size ?? 0));
            Demand(mark, checkpoint, tree, found);
            var store = new LogStore(files, paths, log, segmentSize, mark, tree, found);
            store.Begin(found);
            return store;
        }
        catch
        {
            tree.Dispose();
            mark.Dispose();
            throw;
        }
    }

    /// <summary>On disk when it returns.</summary>
    public void Commit(PendingBatch batch)
    {
        batch.Seal(seed);
        segment!.Write(batch.Bytes, length);
        segment.Flush();
        length += batch.Bytes.Length;
        lock (gate)
        {
            for (ReadOnlySpan<byte> frames = batch.Frames; !frames.IsEmpty;)
            {
                range.Append(MerkleHashing.PrefixedLeaf(SegmentReader.TakeFrame(ref frames)), Tree);
            }

            foreach (var (kind, operation, index) in batch.Changes)
            {
                open.See(kind, operation, index);
            }

            Tree.Write();
        }

        mark.Write(range.Size);
    }

    public void RollIfDue()
    {
        if (SegmentRule.Closes(length, segmentSize, range.Size - segmentFirst))
        {
            Tree.Flush();
            BeginSegment();
        }
    }

    /// <summary>The committed tree as it is now.</summary>
    public CompactRange Snapshot()
    {
        lock (gate)
        {
            return range.Copy();
        }
    }

    public IReadOnlyList<OpenIntent> OpenIntents()
    {
        lock (gate)
        {
            return open.All;
        }
    }

    /// <summary>First indexes, ascending; the last is the one that is written to.</summary>
    public IReadOnlyList<long> Segments()
    {
        lock (gate)
        {
            return segments.ToArray();
        }
    }

    public IAuditFile OpenSegment(long first) => files.OpenRead(paths.Segment(first));

    /// <summary>Deletes closed segments, the oldest first: after a crash in the middle none is missing between two.</summary>
    public void Delete(IReadOnlyList<long> closed)
    {
        foreach (var first in closed)
        {
            lock (gate)
            {
                ArgumentOutOfRangeException.ThrowIfEqual(first, segments[^1]);
                segments.Remove(first);
            }

            files.Delete(paths.Segment(first));
            files.FlushDirectory(paths.Records);
        }
    }

    /// <summary>Under its name when it is whole; the mark is on disk with it.</summary>
    public void Save(SignedNote checkpoint)
    {
        var draft = paths.Checkpoint + SegmentNames.Draft;
        using (var file = files.Open(draft))
        {
            var bytes = Encoding.UTF8.GetBytes(checkpoint.ToString());
            file.SetLength(0);
            file.Write(bytes, 0);
            file.Flush();
        }

        files.Move(draft, paths.Checkpoint);
        files.FlushDirectory(paths.Directory);
        mark.Flush();
    }

    public (long Total, long Free) Space() => files.Space(paths.Directory);

    public void Dispose()
    {
        segment?.Dispose();
        Tree.Dispose();
        mark.Dispose();
    }

    private static void Demand(CommitMark mark, Checkpoint? checkpoint, TreeFiles tree, RecoveredLog found)
    {
        if (mark.Damaged || (mark.Size < 0 && found.Tree.Size > 0))
        {
            throw AuditErrors.Damaged("the mark of how many audit records were committed is lost or damaged; whether the log is whole cannot be told here");
        }

        if (checkpoint is not null && TreeProofs.Root(tree, 0, checkpoint.Size) != checkpoint.Root)
        {
            throw AuditErrors.Damaged($"the audit records before {checkpoint.Size} are not those whose checkpoint was signed");
        }
    }

    private static Checkpoint? SavedCheckpoint(IAuditFiles files, string path, NoteVerifier key)
    {
        if (!files.Exists(path))
        {
            return null;
        }

        using var file = files.OpenRead(path);
        var bytes = new byte[int.Min(SignedNote.MaximumLength, (int)long.Min(file.Length, int.MaxValue))];
        file.Read(bytes, 0);
        return SignedNote.TryParse(Encoding.UTF8.GetString(bytes), out var note) && Checkpoint.Open(note, key) is { } checkpoint
            ? checkpoint
            : throw AuditErrors.Damaged($"the checkpoint {path} is not signed by the audit key");
    }

    private void Begin(RecoveredLog found)
    {
        if (found.Last is not { } last)
        {
            mark.Write(0);
            mark.Flush();
            files.FlushDirectory(paths.StateDirectory);
            files.FlushDirectory(paths.Directory);
            BeginSegment();
            return;
        }

        segment = files.Open(paths.Segment(last.First));
        (segmentFirst, length, seed, CutBytes) = (last.First, found.Length, last.Seed, found.CutBytes);
        if (CutBytes > 0)
        {
            segment.SetLength(length);
        }

        // What the process before wrote and could not flush is answered for from here on: checkpoints will say so.
        segment.Flush();
        mark.Write(range.Size);
    }

    private void BeginSegment()
    {
        Span<byte> salt = stackalloc byte[16];
        KernelRandom.Fill(salt);
        var header = new SegmentHeader(range.Size, log, BinaryPrimitives.ReadUInt128BigEndian(salt), range.Peaks(), open.All);
        var path = paths.Segment(header.First);
        using (var file = files.Open(path + SegmentNames.Draft))
        {
            file.SetLength(0);
            file.Write(header.Write(), 0);
            file.Flush();
        }

        files.Move(path + SegmentNames.Draft, path);
        files.FlushDirectory(paths.Records);
        segment?.Dispose();
        segment = files.Open(path);
        (segmentFirst, length, seed) = (header.First, header.Length, header.Seed);
        lock (gate)
        {
            segments.Add(header.First);
        }
    }
}
