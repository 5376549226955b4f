namespace Dkm.KeyRing.Keys.States;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Core.Keys;
using Dkm.KeyRing.Distribution.Holders;
using Dkm.KeyRing.Rings;
using Dkm.Storage;
using Microsoft.Extensions.Logging;

/// <summary>Destroys what is due, as leader: the material leaves the record, a tombstone stays.</summary>
internal sealed class DueDestructions(
    ScheduledDestructions scheduled, ReplicaPresence presence, RingRepository repository, TimeProvider time, ILogger<DueDestructions> logger)
{
    private const int KeysAtOnce = 50;

    /// <summary>What was told of a key that waits, so that it is told once.</summary>
    private readonly Dictionary<KeyId, DestroyVerdict> told = [];

    public async Task RunAsync(StoreCompare fence, CancellationToken token)
    {
        foreach (var (view, due) in scheduled.TooEarly().ToList())
        {
            await PutOffAsync(view, due, fence, token);
        }

        var found = scheduled.Due(time.GetUtcNow()).ToList();
        if (found.Count == 0)
        {
            told.Clear();
            return;
        }

        var others = await presence.OthersClocksAsync(token);
        var now = time.GetUtcNow();
        foreach (var (view, keys) in found)
        {
            var due = keys.Where(key => IsDue(view, key, others, now)).Take(KeysAtOnce).ToList();
            if (due.Count > 0)
            {
                await DestroyAsync(view, due, others.Count == 0, fence, now, token);
            }
        }
    }

    private bool IsDue(RingView view, RingKey key, IReadOnlyList<ReplicaClock> others, DateTimeOffset now)
    {
        var verdict = DestroyRule.Judge(key.Mark!.DestroyTime!.Value, now, others, presence.IsAloneByDesign);
        if (verdict != DestroyVerdict.Due && (!told.TryGetValue(key.Id, out var before) || before != verdict))
        {
            told[key.Id] = verdict;
            Log.DestructionWaits(logger, view.Ring.Name, key.Id.ToString(), verdict);
        }

        return verdict == DestroyVerdict.Due;
    }

    private async Task PutOffAsync(RingView view, IReadOnlyDictionary<KeyId, DateTimeOffset> due, StoreCompare fence, CancellationToken token)
    {
        var now = time.GetUtcNow();
        var late = view.Keys.Where(key => due.ContainsKey(key.Id)).Take(KeysAtOnce).ToList();
        if (await WriteAsync(view, late, key => key.With(key.Facts.Stored, key.Mark! with { Time = now, DestroyTime = due[key.Id] }, now), fence, now, token))
        {
            late.ForEach(key => Log.DestructionPutOff(logger, view.Ring.Name, key.Id.ToString(), key.Mark!.DestroyTime!.Value, due[key.Id]));
        }
    }

    private async Task DestroyAsync(
        RingView view, List<RingKey> due, bool oneClock, StoreCompare fence, DateTimeOffset now, CancellationToken token)
    {
        if (await WriteAsync(view, due, key => key.With(StoredKeyState.Destroyed, key.Mark! with { Before = StoredKeyState.Destroyed, Time = now }, now), fence, now, token))
        {
            Log.Destroyed(logger, view.Ring.Name, due.Count, oneClock ? "by one clock alone, the only replica's" : "by two clocks");
        }
    }

    private async Task<bool> WriteAsync(
        RingView view, List<RingKey> changed, Func<RingKey, RingKey> change, StoreCompare fence, DateTimeOffset now, CancellationToken token)
    {
        var ring = view.Ring with { Revision = view.Ring.Revision + 1, UpdateTime = now };
        try
        {
            await repository.CommitAsync([new RingChange(view, new RingView(ring, [.. view.Keys.Select(key => changed.Contains(key) ? change(key) : key)]))], fence, also: null, token);
            return true;
        }
        catch (DkmException exception) when (exception.Kind is ErrorKind.Aborted)
        {
            // Somebody changed the ring, perhaps by restoring the key: the next turn sees what is there then.
            Log.RolloverPutOff(logger, 1, exception.Reason, exception.Message);
            return false;
        }
    }
}
