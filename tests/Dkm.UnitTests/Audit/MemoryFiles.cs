namespace Dkm.UnitTests.Audit;

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using Dkm.Audit;

/// <summary>
/// A file system in memory that knows what is on disk and what only seems to be: it can stop at any step, lose what was not flushed, or keep any part of the
/// last write.
/// </summary>
internal sealed class MemoryFiles : IAuditFiles
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, MemoryFile> names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, MemoryFile> durableNames = new(StringComparer.Ordinal);

    /// <summary>Steps taken: everything that changes something.</summary>
    public int Steps { get; private set; }

    /// <summary>The step at which the machine stops; nothing works from then on.</summary>
    public int StopAt { get; init; } = int.MaxValue;

    public bool Stopped => Steps >= StopAt;

    public (long Total, long Free) Room { get; set; } = (1000, 900);

    /// <summary>Called before each flush of a file; may wait or throw.</summary>
    public Action<string>? Flushing { get; set; }

    /// <summary>Called before each write to a file; may throw.</summary>
    public Action<string>? Writing { get; set; }

    public int Flushes(string part) => names.Where(pair => pair.Key.Contains(part, StringComparison.Ordinal)).Sum(pair => pair.Value.Flushed);

    public IReadOnlyList<string> Paths(string part) =>
        names.Keys.Where(path => path.Contains(part, StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList();

    public byte[] Content(string path) => names[path].Seen.ToArray();

    public void Replace(string path, byte[] content) => names[path] = new MemoryFile(this, path, content);

    public void Remove(string path) => names.Remove(path);

    /// <summary>A copy in which everything is on disk.</summary>
    public MemoryFiles Copy(int stopAt = int.MaxValue)
    {
        var copy = new MemoryFiles { StopAt = stopAt };
        foreach (var (path, file) in names)
        {
            copy.Keep(path, [.. file.Seen]);
        }

        return copy;
    }

    /// <summary>What a power failure leaves if nothing survives that was not flushed.</summary>
    public MemoryFiles OnlyFlushed()
    {
        var copy = new MemoryFiles();
        foreach (var (path, file) in durableNames)
        {
            copy.Keep(path, [.. file.Durable]);
        }

        return copy;
    }

    /// <summary>As <see cref="OnlyFlushed"/>, but of the last write to a file whose path has this part some bytes are there, and perhaps the room for the rest.</summary>
    public MemoryFiles WithPartOfTheLastWrite(string part, Func<int, int> kept, bool zeros)
    {
        var copy = OnlyFlushed();
        foreach (var (path, file) in durableNames.Where(pair => pair.Key.Contains(part, StringComparison.Ordinal) && pair.Value.LastWrite is not null))
        {
            var (offset, bytes) = file.LastWrite!.Value;
            var keep = kept(bytes.Length);
            var content = new byte[Math.Max(file.Durable.Count, zeros ? offset + bytes.Length : Math.Max(offset + keep, file.Durable.Count))];
            file.Durable.CopyTo(content);
            bytes.AsSpan(0, keep).CopyTo(content.AsSpan((int)offset));
            copy.Keep(path, content);
        }

        return copy;
    }

    public void CreateDirectory(string directory)
    {
    }

    public IReadOnlyList<string> List(string directory)
    {
        lock (gate)
        {
            return names.Keys.Where(path => Path.GetDirectoryName(path) == directory).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal).ToList();
        }
    }

    public bool Exists(string path)
    {
        lock (gate)
        {
            return names.ContainsKey(path);
        }
    }

    public IAuditFile Open(string path)
    {
        lock (gate)
        {
            if (!names.TryGetValue(path, out var file))
            {
                Step();
                names[path] = file = new MemoryFile(this, path, []);
            }

            return file;
        }
    }

    public IAuditFile OpenRead(string path)
    {
        lock (gate)
        {
            return names.TryGetValue(path, out var file) ? file : throw new FileNotFoundException(path);
        }
    }

    public void Move(string from, string to)
    {
        lock (gate)
        {
            Step();
            names[to] = names[from];
            names.Remove(from);
        }
    }

    public void Delete(string path)
    {
        lock (gate)
        {
            Step();
            names.Remove(path);
        }
    }

    public void FlushDirectory(string directory)
    {
        lock (gate)
        {
            Step();
            foreach (var path in durableNames.Keys.Where(path => Path.GetDirectoryName(path) == directory).ToList())
            {
                durableNames.Remove(path);
            }

            foreach (var (path, file) in names.Where(pair => Path.GetDirectoryName(pair.Key) == directory))
            {
                durableNames[path] = file;
            }
        }
    }

    public (long Total, long Free) Space(string directory) => Room;

    internal void Step()
    {
        lock (gate)
        {
            if (Steps < StopAt)
            {
                Steps++;
            }

            if (Steps >= StopAt)
            {
                throw new IOException("the machine has stopped");
            }
        }
    }

    private void Keep(string path, byte[] content)
    {
        var file = new MemoryFile(this, path, content);
        names[path] = file;
        durableNames[path] = file;
    }
}
