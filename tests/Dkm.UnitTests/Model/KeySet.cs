namespace Dkm.UnitTests.Model;

using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Dkm.Core;
using Dkm.Core.Keys;

/// <summary>The keys of the ring. Each set exists once, so that states are compared and hashed by reference.</summary>
internal sealed class KeySet
{
    private static readonly DateTimeOffset Zero = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Dictionary<string, KeySet> Known = [];

    private readonly Dictionary<(int Now, ModelKey? Seen), ModelKey?> primaries = [];

    private KeySet(ImmutableArray<ModelKey> keys)
    {
        Keys = keys;
        Facts = [.. keys.Select(FactsOf)];
        Ids = keys.Aggregate(0UL, (ids, key) => ids | (1UL << key.Id));
    }

    public ImmutableArray<ModelKey> Keys { get; }

    public IReadOnlyList<KeyFacts> Facts { get; }

    public ulong Ids { get; }

    public static KeySet Of(IEnumerable<ModelKey> keys)
    {
        var sorted = keys.OrderBy(key => key.Id).ToImmutableArray();
        var name = string.Join(' ', sorted);
        lock (Known)
        {
            if (!Known.TryGetValue(name, out var known))
            {
                Known[name] = known = new KeySet(sorted);
            }

            return known;
        }
    }

    public static DateTimeOffset Time(int milliseconds) => Zero.AddMilliseconds(milliseconds);

    public static int Milliseconds(DateTimeOffset time) => (int)(time - Zero).TotalMilliseconds;

    /// <summary>The shipped rule, asked once for each question.</summary>
    public ModelKey? Primary(int now, ModelKey? newestSeen)
    {
        lock (primaries)
        {
            if (!primaries.TryGetValue((now, newestSeen), out var answer))
            {
                var chosen = PrimaryRule.Choose(Facts, Time(now), newestSeen is { } seen ? FactsOf(seen) : null);
                primaries[(now, newestSeen)] = answer = chosen is null ? null : Find(chosen.Id);
            }

            return answer;
        }
    }

    /// <summary>What a transaction leaves that puts what differs between two sets.</summary>
    public KeySet With(KeySet before, KeySet after)
    {
        var changed = after.Keys.Except(before.Keys).ToList();
        return Of(Keys.Where(key => changed.All(other => other.Id != key.Id)).Concat(changed));
    }

    public ModelKey Find(KeyId id) => Keys.Zip(Facts).First(pair => pair.Second.Id == id).First;

    public override string ToString() => string.Join(", ", Keys.Select(key => $"k{key.Id}@{key.Activate / 1000.0}{(key.Stored == StoredKeyState.Enabled ? string.Empty : $" {key.Stored}")}"));

    private static KeyFacts FactsOf(ModelKey key) => new(IdOf(key.Id), key.Stored, Zero, Time(key.Activate));

    private static KeyId IdOf(int id)
    {
        Span<byte> bytes = stackalloc byte[KeyId.Size];
        BinaryPrimitives.WriteInt32BigEndian(bytes[12..], id);
        return KeyId.Read(bytes);
    }
}
