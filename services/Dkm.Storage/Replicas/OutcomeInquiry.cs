namespace Dkm.Storage;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;

/// <summary>
/// After an answer that does not say whether the commit was written: reads back until the operation id in a manifest tells. A commit that is not there
/// may still be on its way, so the very same transaction is sent again: as it compares the manifest, at most one of its copies can ever be written. One that has become too old
/// to be sent is not sent again either: whoever decides anew compares the same manifest.
/// </summary>
internal sealed class OutcomeInquiry
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);

    private readonly ServiceContext context;
    private readonly CommitDraft draft;

    public OutcomeInquiry(ServiceContext context, CommitDraft draft)
    {
        this.context = context;
        this.draft = draft;
    }

    /// <summary>The revision of our commit; null if it surely was not and will not be written.</summary>
    /// <exception cref="DkmException">UNAVAILABLE OUTCOME_UNKNOWN; ABORTED LOST_RACE: a requirement does not hold any more.</exception>
    public async Task<long?> FindOutAsync(Exception cause)
    {
        var start = context.TimeProvider.GetTimestamp();
        var decided = StoreErrors.IsFull(cause);
        for (var pause = FirstPause; ; pause *= 2)
        {
            var tooOld = context.TimeProvider.GetTimestamp() > draft.LastSend;
            try
            {
                if (await TryAsync(decided, sendAgain: !tooOld) is { } found)
                {
                    return found == 0 ? null : found;
                }
            }
            catch (Exception e) when (e is not DkmException { Kind: ErrorKind.FailedPrecondition or ErrorKind.Aborted })
            {
                cause = e;
            }
            catch (DkmException e) when (e.Kind == ErrorKind.FailedPrecondition)
            {
                throw StoreErrors.OutcomeUnknown(e.Message, e);
            }

            if (tooOld || context.TimeProvider.GetElapsedTime(start) >= context.Options.FindOutLimit)
            {
                throw StoreErrors.OutcomeUnknown($"change to {draft.Manifest.Version} of {context.Paths.Service}: {cause.Message}", cause);
            }

            await Task.Delay(pause, context.TimeProvider, CancellationToken.None);
        }
    }

    /// <summary>The revision; 0 for surely not; null for ask again.</summary>
    /// <param name="decided">The store has answered and only did not say what: a read that begins now shows it, and there is nothing on its way any more.</param>
    /// <param name="sendAgain">Whether a commit that is not there is sent once more.</param>
    private async Task<long?> TryAsync(bool decided, bool sendAgain)
    {
        var read = await context.Store.GetAsync(context.Paths.Manifest);
        if (read.Entry is { } unmoved && unmoved.ModRevision == draft.Basis.ManifestRevision)
        {
            return decided ? 0 : sendAgain ? await SendAgainAsync() : null;
        }

        return await WalkBackAsync(read.Entry);
    }

    private async Task<long?> SendAgainAsync()
    {
        var commit = await context.Store.CommitAsync(draft.Transaction);
        if (commit.Succeeded)
        {
            return commit.Revision;
        }

        // Not written up to here, and a revision that is gone never comes again: copies that are still on their way fail by the same.
        var unmoved = commit.Current[0]?.ModRevision == draft.Basis.ManifestRevision;
        return unmoved && draft.FailedRequirement(commit) is { Revision: > 0 } requirement
            ? throw StoreErrors.LostRace($"{requirement.Path} is no longer what it has to be")
            : null;
    }

    /// <summary>Goes back from manifest to manifest to the one that would be ours.</summary>
    private async Task<long?> WalkBackAsync(StoreEntry? entry)
    {
        while (true)
        {
            var refusal = context.OpenManifest(entry, out var manifest);
            if (refusal is not null || manifest!.Version < draft.Manifest.Version || manifest.Version.Epoch != draft.Manifest.Version.Epoch)
            {
                throw Lost(refusal?.ToString() ?? $"the manifest is at {manifest!.Version}");
            }

            if (manifest.Version == draft.Manifest.Version)
            {
                return manifest.OperationId == draft.Manifest.OperationId ? entry!.ModRevision : 0;
            }

            try
            {
                entry = (await context.Store.GetAsync(context.Paths.Manifest, entry!.ModRevision - 1)).Entry;
            }
            catch (StoreCompactedException)
            {
                throw Lost("the store's history no longer tells");
            }
        }
    }

    private static DkmException Lost(string why) => StoreErrors.Refused(why);
}
