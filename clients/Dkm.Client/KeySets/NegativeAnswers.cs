namespace Dkm.Client.KeySets;

using System;
using System.Collections.Concurrent;
using Dkm.Core;

/// <summary>What KeyRing lately said no to. Bounded, short-lived, and forgotten as a whole when any ring changes.</summary>
internal sealed class NegativeAnswers(int capacity, TimeSpan lifetime, TimeProvider time)
{
    private readonly ConcurrentDictionary<KeyId, (DkmException Answer, long Since)> answers = new();

    public DkmException? Find(KeyId id)
    {
        if (answers.IsEmpty || !answers.TryGetValue(id, out var known))
        {
            return null;
        }

        if (time.GetElapsedTime(known.Since) < lifetime)
        {
            return Troubles.Again(known.Answer);
        }

        answers.TryRemove(new(id, known));
        return null;
    }

    public void Add(KeyId id, DkmException answer)
    {
        // Ids by chance are free to make: rather forget all than keep order among them.
        if (answers.Count >= capacity)
        {
            answers.Clear();
        }

        answers[id] = (answer, time.GetTimestamp());
    }

    public void Clear()
    {
        if (!answers.IsEmpty)
        {
            answers.Clear();
        }
    }
}
