namespace Dkm.Storage;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;

/// <summary>Commits, one at a time: every one moves the manifest, so two at once could not both succeed.</summary>
internal sealed class RecordWriter : IAsyncDisposable
{
    // Other replicas may be faster a few times in a row; a hundred is trouble.
    private const int Attempts = 100;

    private readonly ServiceContext context;
    private readonly Replica replica;
    private readonly ReplicaFeed feed;
    private readonly SemaphoreSlim turn = new(1, 1);
    private bool disposed;

    public RecordWriter(ServiceContext context, Replica replica, ReplicaFeed feed)
    {
        this.context = context;
        this.replica = replica;
        this.feed = feed;
    }

    public async Task<ManifestVersion> CommitAsync(RecordChanges changes, CancellationToken cancellationToken)
    {
        changes.Check(context.Paths);
        if (changes.Deletes.Exists(delete => context.Options.IsNeverDeleted(delete.Path)))
        {
            throw new ArgumentException("it deletes what is never deleted", nameof(changes));
        }

        await turn.WaitAsync(cancellationToken);
        var work = RunAsync(changes, cancellationToken);
        try
        {
            return await work.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested)
        {
            // Whoever asked has no more time. The change goes its way, and the next in turn waits for it.
            return work.IsCompleted ? await work : throw StoreErrors.OutcomeUnknown("the store has not answered in the time that there was", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await turn.WaitAsync();
        disposed = true;
        turn.Release();
    }

    /// <summary>Has the turn, and ends it.</summary>
    private async Task<ManifestVersion> RunAsync(RecordChanges changes, CancellationToken cancellationToken)
    {
        try
        {
            ObjectDisposedException.ThrowIf(disposed, typeof(ServiceStore));
            for (var attempt = 0; attempt < Attempts; attempt++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (await TryAsync(changes, cancellationToken) is { } version)
                {
                    return version;
                }
            }

            throw StoreErrors.LostRace("other replicas keep writing");
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Null if another write came first and touched nothing of this one.</summary>
    private async Task<ManifestVersion?> TryAsync(RecordChanges changes, CancellationToken cancellationToken)
    {
        var start = context.Now;
        var draft = CommitDraft.Make(context, replica.Basis(changes), changes);
        if (context.TimeProvider.GetTimestamp() > draft.LastSend)
        {
            throw StoreErrors.LostRace("what was decided has become too old to be sent");
        }

        if (await SubmitAsync(draft, cancellationToken) is not { } revision)
        {
            return null;
        }

        replica.ApplyOwn(draft.At(revision), start);
        SaveMark();
        return draft.Manifest.Version;
    }

    /// <summary>Before the caller hears of the change. It stands in the store either way; a mark that cannot be kept stops the confirmations (see the feed).</summary>
    private void SaveMark()
    {
        try
        {
            context.HighWater.Save(context.ClusterId);
        }
        catch (DkmException e)
        {
            Log.MarkNotKept(context.Logger, e, context.Paths.Service);
        }
    }

    /// <summary>The revision of the write, or null. The store is not told of the caller's cancellation: an answer is worth more than haste.</summary>
    private async Task<long?> SubmitAsync(CommitDraft draft, CancellationToken cancellationToken)
    {
        StoreCommit commit;
        try
        {
            commit = await context.Store.CommitAsync(draft.Transaction, CancellationToken.None);
        }
        catch (Exception e) when (e is not ArgumentException && !StoreErrors.SurelyNotWritten(e))
        {
            Log.OutcomeAmbiguous(context.Logger, e, context.Paths.Service, draft.Manifest.Version);
            var found = await new OutcomeInquiry(context, draft).FindOutAsync(e);
            if (found is null && StoreErrors.IsFull(e))
            {
                throw;
            }

            if (found is null)
            {
                await CatchUpAsync(draft.Basis, (await context.Store.GetAsync(context.Paths.Manifest, 0, cancellationToken)).Entry, cancellationToken);
            }

            return found;
        }

        if (commit.Succeeded)
        {
            return commit.Revision;
        }

        await ExplainAsync(draft, commit, cancellationToken);
        return null;
    }

    /// <summary>Returns if only the manifest had moved, once the replica has followed.</summary>
    private async Task ExplainAsync(CommitDraft draft, StoreCommit commit, CancellationToken cancellationToken)
    {
        if (draft.FailedRequirement(commit) is { } requirement)
        {
            throw StoreErrors.LostRace($"{requirement.Path} is no longer what it has to be");
        }

        if (commit.Current[0]?.ModRevision != draft.Basis.ManifestRevision)
        {
            await CatchUpAsync(draft.Basis, commit.Current[0], cancellationToken);
            return;
        }

        // The manifest stands, and yet a target has moved: no writer of ours did that.
        await feed.RelistAsync(cancellationToken);
        throw StoreErrors.Refused(replica.Status.Trouble ?? "a record had been changed without the manifest");
    }

    private async Task CatchUpAsync(CommitBasis basis, StoreEntry? manifest, CancellationToken cancellationToken)
    {
        // A revision below ours is that of a store which was put back: nothing will bring us there but a look at all of it.
        if (manifest is null || manifest.ModRevision < basis.ManifestRevision || !await replica.ReachAsync(manifest.ModRevision, ReplicaFeed.Patience, cancellationToken))
        {
            await feed.RelistAsync(cancellationToken);
        }
    }
}
