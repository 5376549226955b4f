namespace Dkm.Audit;

using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;

/// <summary>
/// The tree's hashes on disk: of every eighth level, those of full subtrees, one after the other; any other node is made of at most 128 of them. 32 bytes a
/// record and 0.4 % more. They can be made anew from the records, so they are written after these and only flushed when a segment closes.
/// </summary>
/// <param name="files">The file system.</param>
/// <param name="directory">Where the hashes lie.</param>
/// <param name="readOnly">Whoever verifies leaves everything as it is.</param>
internal sealed class TreeFiles(IAuditFiles files, string directory, bool readOnly = false) : ITreeNodes, ITreeSink, IDisposable
{
    /// <summary>Hashes in one file.</summary>
    public const long ChunkHashes = 1 << 20;

    private const int Stride = 8;
    private const int StoredLevels = 8;

    private readonly ConcurrentDictionary<string, IAuditFile> open = new(StringComparer.Ordinal);
    private readonly HashSet<IAuditFile> unflushed = [];
    private readonly List<byte>[] waiting = Lists();
    private readonly long[] waitingFrom = new long[StoredLevels];

    public void Completed(int level, long index, AuditHash hash)
    {
        if (level % Stride != 0)
        {
            return;
        }

        var list = waiting[level / Stride];
        if (list.Count == 0)
        {
            waitingFrom[level / Stride] = index;
        }

        Span<byte> bytes = stackalloc byte[AuditHash.Size];
        hash.Write(bytes);
        list.AddRange(bytes);
    }

    /// <summary>What was completed can be read when it returns.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    public void Write()
    {
        for (var stored = 0; stored < StoredLevels; stored++)
        {
            var bytes = CollectionsMarshal.AsSpan(waiting[stored]);
            var index = waitingFrom[stored];
            while (!bytes.IsEmpty)
            {
                var fit = (int)long.Min(bytes.Length, (ChunkHashes - (index % ChunkHashes)) * AuditHash.Size);
                var file = FileOf(stored, index);
                file.Write(bytes[..fit], index % ChunkHashes * AuditHash.Size);
                unflushed.Add(file);
                bytes = bytes[fit..];
                index += fit / AuditHash.Size;
            }

            waiting[stored].Clear();
        }
    }

    /// <summary>On disk when it returns.</summary>
    public void Flush()
    {
        foreach (var file in unflushed)
        {
            file.Flush();
        }

        unflushed.Clear();
        files.FlushDirectory(directory);
    }

    /// <exception cref="InvalidDataException">The hash is not there.</exception>
    public AuditHash Node(int level, long index)
    {
        var stored = level / Stride;
        var count = 1 << (level % Stride);
        var first = index * count;
        Span<byte> bytes = stackalloc byte[count * AuditHash.Size];
        if (FileOf(stored, first).Read(bytes, first % ChunkHashes * AuditHash.Size) != bytes.Length)
        {
            throw new InvalidDataException($"the tree has no hash {index} of level {level} in {directory}");
        }

        var subtree = new CompactRange();
        for (; !bytes.IsEmpty; bytes = bytes[AuditHash.Size..])
        {
            subtree.Append(AuditHash.Read(bytes));
        }

        return subtree.Root;
    }

    public void Dispose()
    {
        foreach (var file in open.Values)
        {
            file.Dispose();
        }
    }

    private static List<byte>[] Lists()
    {
        var lists = new List<byte>[StoredLevels];
        for (var i = 0; i < lists.Length; i++)
        {
            lists[i] = [];
        }

        return lists;
    }

    private IAuditFile FileOf(int stored, long index) =>
        open.GetOrAdd(FormattableString.Invariant($"{stored * Stride:D2}-{index / ChunkHashes:D8}"), Open);

    private IAuditFile Open(string name)
    {
        var path = Path.Combine(directory, name);
        return !readOnly ? files.Open(path)
            : files.Exists(path) ? files.OpenRead(path)
            : throw new InvalidDataException($"the tree has no hashes in {path}");
    }
}
