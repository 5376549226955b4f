namespace Dkm.Storage;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

/// <summary>
/// The verified state, guarded: changes come from the watch, from snapshots and from our own commits, and each is judged and applied under one lock,
/// in which the observer is called too. So the observer sees one sequence.
/// </summary>
internal sealed class Replica
{
    private readonly ServiceContext context;
    private readonly IReplicaObserver observer;
    private readonly Lock gate = new();
    private readonly ReplicaState state = new();
    private ReplicaStatus status = new(default, null, default);
    private TaskCompletionSource moved = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Replica(ServiceContext context, IReplicaObserver observer)
    {
        this.context = context;
        this.observer = observer;
    }

    public ReplicaStatus Status => Volatile.Read(ref status);

    public ReplicaMark Mark
    {
        get
        {
            lock (gate)
            {
                return new ReplicaMark(state.Manifest?.Version ?? default, state.ManifestRevision, context.HighWater.Highest);
            }
        }
    }

    /// <summary>The store key that the manifest names; it seals what is written now.</summary>
    public StoreKey Sealing
    {
        get
        {
            lock (gate)
            {
                return context.Keys.Find(state.Manifest!.StoreKey)!;
            }
        }
    }

    /// <summary>Of the write that led to the state that is held.</summary>
    public UInt128 OperationId
    {
        get
        {
            lock (gate)
            {
                return state.Manifest!.OperationId;
            }
        }
    }

    /// <summary>A record as it is held.</summary>
    public RecordFacts? Find(string path)
    {
        lock (gate)
        {
            return state.Find(path);
        }
    }

    /// <summary>All that is held, as of now.</summary>
    public (Manifest Manifest, IReadOnlyDictionary<string, RecordFacts> Records) Held()
    {
        lock (gate)
        {
            return (state.Manifest!, state.Records.ToDictionary(StringComparer.Ordinal));
        }
    }

    /// <summary>A commit's footing: the manifest and the targets as they are held, or the reason why not.</summary>
    public CommitBasis Basis(RecordChanges changes)
    {
        lock (gate)
        {
            return status.Trouble is { } trouble
                ? throw StoreErrors.Refused(trouble)
                : CommitBasis.Take(state, changes, context.Options.WriterVersion);
        }
    }

    /// <summary>Judges a batch of a watch that began in an epoch, and applies it if it is to be accepted.</summary>
    public BatchDecision Offer(OpenedBatch batch, long epoch)
    {
        lock (gate)
        {
            if (state.Manifest!.Version.Epoch != epoch)
            {
                return BatchDecision.Ignored;
            }

            var decision = BatchDecision.Judge(state, batch, batch.Manifest is null ? null : context.Keys.Find(batch.Manifest.StoreKey), context.Options);
            if (decision.Verdict == BatchVerdict.Accept)
            {
                Apply(batch.Manifest!, batch.Revision, batch.Puts, batch.Deletes);
            }

            return decision;
        }
    }

    /// <summary>Applies our own commit, unless the watch was faster. The commit compared the manifest that is held, so it follows.</summary>
    public void ApplyOwn(OpenedBatch commit, DateTimeOffset start)
    {
        lock (gate)
        {
            if (state.Manifest!.Version < commit.Manifest!.Version)
            {
                Apply(commit.Manifest, commit.Revision, commit.Puts, commit.Deletes);
            }

            Set(status with { ConfirmTime = Later(start) });
        }
    }

    /// <summary>True if the listing met a record as it is held.</summary>
    public bool Meet(OpenedRecord record, int listing)
    {
        lock (gate)
        {
            return state.Meet(record, listing);
        }
    }

    /// <summary>Judges a snapshot, and takes its difference over if it is to be adopted.</summary>
    public SnapshotDecision Offer(Snapshot snapshot, int listing, ReplicaMark mark, DateTimeOffset start)
    {
        lock (gate)
        {
            snapshot.Changed.ForEach(record => state.Met(record.Path, listing));
            var decision = SnapshotDecision.Judge(state, snapshot, listing, mark, context.Options);
            var epoch = state.Manifest?.Version.Epoch;
            if (decision.Verdict == SnapshotVerdict.Adopt)
            {
                Adopt(snapshot, listing);
            }

            if (decision.Verdict != SnapshotVerdict.Refuse)
            {
                // With a new epoch the store's revisions may have begun anew.
                state.VerifiedRevision = epoch == state.Manifest!.Version.Epoch ? Math.Max(state.VerifiedRevision, snapshot.Revision) : snapshot.Revision;
                var over = snapshot.Revision >= status.TroubleRevision || epoch != state.Manifest.Version.Epoch;
                Set(status with { Trouble = over ? null : status.Trouble, ConfirmTime = Later(start) });
            }

            return decision;
        }
    }

    /// <summary>
    /// A linearizable read, begun at the mark, showed this manifest. True if it is held, or is what we moved on from, and nothing newer was seen elsewhere. Revisions
    /// alone prove nothing: those of a store that was put back and written on meet ours again.
    /// </summary>
    public bool Confirm(Manifest manifest, long manifestRevision, ReplicaMark mark, DateTimeOffset start)
    {
        lock (gate)
        {
            var held = state.Manifest!;
            if (manifestRevision > state.ManifestRevision || manifestRevision < mark.ManifestRevision
                || manifest.Version < mark.Version || held.Version < mark.Seen
                || (manifestRevision == state.ManifestRevision ? manifest != held : manifest.Version >= held.Version))
            {
                return false;
            }

            Set(status with { ConfirmTime = Later(start) });
            return true;
        }
    }

    /// <summary>Notes trouble that was found in an epoch. False if that epoch is over, and the trouble with it.</summary>
    public bool Report(string trouble, long revision, long epoch)
    {
        lock (gate)
        {
            if ((state.Manifest?.Version.Epoch ?? 0) != epoch)
            {
                return false;
            }

            Set(status with { Trouble = trouble, TroubleRevision = revision });
            return true;
        }
    }

    /// <summary>Waits until the manifest of that revision was applied, for a while. Trouble ends it too.</summary>
    public async Task<bool> ReachAsync(long manifestRevision, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var timeout = Task.Delay(limit, context.TimeProvider, stop.Token);
        try
        {
            while (true)
            {
                Task signal;
                lock (gate)
                {
                    if (state.ManifestRevision >= manifestRevision || status.Trouble is not null)
                    {
                        return state.ManifestRevision >= manifestRevision;
                    }

                    signal = moved.Task;
                }

                if (await Task.WhenAny(signal, timeout) == timeout)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    return false;
                }
            }
        }
        finally
        {
            await stop.CancelAsync();
        }
    }

    private void Apply(Manifest manifest, long revision, IReadOnlyList<OpenedRecord> puts, IReadOnlyList<string> deletes)
    {
        // The observer first: if it fails, nothing has changed here, and the next snapshot offers the same again.
        observer.Apply(new ReplicaChange(false, manifest.Version, puts.Select(put => put.ToRecord()).ToList(), deletes));
        foreach (var put in puts)
        {
            state.Set(put.Path, RecordFacts.Of(put));
        }

        foreach (var path in deletes)
        {
            state.Remove(path);
        }

        Move(manifest, revision);
    }

    private void Adopt(Snapshot snapshot, int listing)
    {
        var deletes = state.NotMet(listing);
        var first = state.Manifest is null;
        if (first || snapshot.Manifest!.Version != state.Manifest!.Version)
        {
            var updates = snapshot.Changed.Where(record => state.Find(record.Path)?.IsSameSealing(record) != true).Select(record => record.ToRecord()).ToList();
            observer.Apply(new ReplicaChange(first, snapshot.Manifest!.Version, updates, deletes));
        }

        foreach (var record in snapshot.Changed)
        {
            state.Set(record.Path, RecordFacts.Of(record));
        }

        deletes.ForEach(state.Remove);
        Move(snapshot.Manifest!, snapshot.ManifestRevision);
    }

    private void Move(Manifest manifest, long revision)
    {
        state.Manifest = manifest;
        state.ManifestRevision = revision;
        context.HighWater.See(manifest.Version);
        Set(status with { Version = manifest.Version });
    }

    private void Set(ReplicaStatus next)
    {
        Volatile.Write(ref status, next);
        var signal = moved;
        moved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        signal.SetResult();
    }

    private DateTimeOffset Later(DateTimeOffset start) => start > status.ConfirmTime ? start : status.ConfirmTime;
}
