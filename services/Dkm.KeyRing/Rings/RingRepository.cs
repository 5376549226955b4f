namespace Dkm.KeyRing.Rings;

using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.KeyRing.Keys;
using Dkm.KeyRing.Rollover;
using Dkm.Storage;
using Microsoft.Extensions.Logging;

/// <summary>
/// Writes rings. Every change of a ring or of one of its keys, by whoever and on whichever replica, compares and writes the ring's record in the same
/// transaction: two replicas that decide the same thing at once make one key (RELIABILITY P2).
/// </summary>
internal sealed class RingRepository(KeyRingStore store, KeyMaterials materials, TimeProvider time, ILogger<RingRepository> logger)
{
    /// <summary>Makes the keys that a step asks for and says what the ring becomes. Writes nothing.</summary>
    public async Task<RingChange> PrepareAsync(RingView view, Ring ring, RolloverStep step, DateTimeOffset now, CancellationToken token)
    {
        var made = new List<RingKey>(step.Create.Length);
        foreach (var activate in step.Create)
        {
            made.Add(await materials.CreateAsync(ring.WrappingKeyId, now, activate, token));
        }

        // Whatever key is made with the removal in sight, the one who was removed never gets it, whoever asked for it.
        var removal = made.Count > 0 ? default : step.OwesKey ? now : ring.RemovalTime;
        return RingChange.To(view, ring with { RemovalTime = removal }, made, step.Archive, now);
    }

    /// <summary>All of them or none. The catalog has them when this returns.</summary>
    /// <param name="changes">What to write.</param>
    /// <param name="fence">For the leader: the write happens only while it leads.</param>
    /// <param name="also">More records of the same transaction.</param>
    /// <param name="token">Ends the wait.</param>
    /// <exception cref="DkmException">ABORTED LOST_RACE if any of it has changed meanwhile.</exception>
    public async Task CommitAsync(
        IReadOnlyCollection<RingChange> changes, StoreCompare? fence, Action<RecordChanges>? also, CancellationToken token)
    {
        var records = new RecordChanges();
        var operation = NewId();
        foreach (var change in changes)
        {
            var ring = change.After.Ring;
            records.Put(RingRecords.Path(ring.Name), RecordTypes.Ring, RingRecords.Write(ring, operation), ring.RecordVersion);
            foreach (var key in change.Keys)
            {
                var whole = await materials.WarmAsync(key, token);
                records.Put(KeyRecords.Path(ring.Uid, key.Id), RecordTypes.Key, KeyRecords.Write(whole, ring.Uid, operation), key.RecordVersion);
            }
        }

        also?.Invoke(records);
        if (fence is { } compare)
        {
            records.Require(compare);
        }

        await store.Current.CommitAsync(records, token);
        foreach (var change in changes)
        {
            Tell(change);
        }
    }

    /// <summary>One ring because a caller asks, with the note of her request if it has an id.</summary>
    /// <param name="change">What to write.</param>
    /// <param name="note">The note.</param>
    /// <param name="lastSend">The time stamp until which the change may be sent, taken before it was decided (<see cref="RolloverTiming.LastSend"/>): a key that is published
    /// later than its lead reckons with would be primary before every holder has it.</param>
    /// <param name="token">Ends the wait.</param>
    /// <exception cref="DkmException">ABORTED LOST_RACE if it has changed meanwhile, or was decided too long ago.</exception>
    public Task CommitAsync(RingChange change, RequestNote? note, long lastSend, CancellationToken token) => CommitAsync(
        [change],
        fence: null,
        records =>
        {
            records.SendBefore(lastSend);
            _ = note is null ? records : records.Put(RequestNote.Path(note.Id), RecordTypes.Request, note.Write(NewId()), expectedVersion: 0);
        },
        token);

    /// <summary>Notes who is in a group that a ring is about to be bound to with <c>hold</c>, so that her removal is noticed later.</summary>
    public async Task RememberAsync(IEnumerable<HoldGroup> groups, CancellationToken token)
    {
        foreach (var group in groups)
        {
            var changes = new RecordChanges().Put(HoldGroup.Path(group.GroupUid), RecordTypes.HoldGroup, group.Write(NewId()), group.RecordVersion);
            await store.Current.CommitAsync(changes, token);
        }
    }

    public string NewId() => KeyId.Create(time.GetUtcNow()).ToString();

    private void Tell(RingChange change)
    {
        var ring = change.After.Ring;
        foreach (var key in change.Keys)
        {
            if (key.RecordVersion == 0)
            {
                Log.KeyMade(logger, ring.Name, key.Id.ToString(), key.Facts.ActivateTime, ring.Revision);
            }
            else if (key.Mark is { } mark && mark.Time == ring.UpdateTime)
            {
                Log.KeyStateChanged(logger, ring.Name, key.Id.ToString(), key.Facts.Stored, ring.Revision);
            }
            else
            {
                Log.KeyArchived(logger, ring.Name, key.Id.ToString(), ring.Revision);
            }
        }
    }
}
