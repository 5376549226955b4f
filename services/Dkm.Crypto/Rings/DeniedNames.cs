namespace Dkm.Crypto.Rings;

using System;
using System.Collections.Concurrent;

/// <summary>
/// Names that KeyRing lately said no to. It said so to Crypto, whoever the caller was, so no caller's answer is spoiled by another's asking. Short: a ring
/// made just now is kept waiting no longer than this, however often its name is asked for meanwhile.
/// </summary>
internal sealed class DeniedNames(TimeProvider time)
{
    /// <summary>From KeyRing's answer on; a repetition from here does not lengthen it.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(1);

    private const int Capacity = 10_000;

    private readonly ConcurrentDictionary<string, long> denials = new(StringComparer.Ordinal);

    public bool Contains(string name)
    {
        if (denials.IsEmpty || !denials.TryGetValue(name, out var since))
        {
            return false;
        }

        if (time.GetElapsedTime(since) < Lifetime)
        {
            return true;
        }

        denials.TryRemove(new(name, since));
        return false;
    }

    public void Add(string name)
    {
        // Names are free to make up: rather forget all than keep order among them.
        if (denials.Count >= Capacity)
        {
            denials.Clear();
        }

        denials[name] = time.GetTimestamp();
    }
}
