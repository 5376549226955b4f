namespace Dkm.Storage;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;

/// <summary>
/// Replicas tell each other what they have seen, under leases in the store: who reads less than another holds has an old state before it. And they recover together, by the word
/// of an administrator to any of them.
/// </summary>
internal sealed class MarkExchange : IAsyncDisposable
{
    /// <summary>How long an administrator's word is good, and how long she waits.</summary>
    private static readonly TimeSpan Word = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly ServiceContext context;
    private readonly Replica replica;
    private readonly ReplicaFeed feed;
    private readonly Recovery recovery;
    private readonly LeasedRecords? leased;
    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly CancellationTokenSource stop = new();
    private readonly string name;
    private Task loop = Task.CompletedTask;
    private PeerMark? written;
    private long generation;
    private DateTimeOffset recoverUntil;

    public MarkExchange(ServiceContext context, Replica replica, ReplicaFeed feed, Recovery recovery, Func<TimeSpan, LeasedRecords> lease)
    {
        this.context = context;
        this.replica = replica;
        this.feed = feed;
        this.recovery = recovery;
        name = KeyId.Create(context.Now).ToString();

        // Three times as long as a replica lets pass between two renewals.
        leased = context.Options.ExchangeInterval is { } interval ? lease(interval * 3) : null;
    }

    private PeerMark Own => new(name, replica.Status.Version, replica.Status.Trouble is not null, recoverUntil);

    public void Start() => loop = leased is null ? Task.CompletedTask : RunAsync(context.Options.ExchangeInterval!.Value);

    /// <summary>See <see cref="ServiceStore.RecoverAsync"/>.</summary>
    public async Task<ManifestVersion> RecoverAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop.Token, cancellationToken);
        if (!(await TurnAsync(limit.Token)).Append(Own).Any(mark => mark.Refuses))
        {
            throw StoreErrors.NothingToRecover($"{context.Paths.Service} is at {replica.Status.Version}, and nothing is refused");
        }

        recoverUntil = context.Now + Word;
        try
        {
            while (true)
            {
                var refusing = (await TurnAsync(limit.Token)).Append(Own).Where(mark => mark.Refuses).ToList();
                if (refusing.Count == 0)
                {
                    return replica.Status.Version;
                }

                if (context.Now >= recoverUntil)
                {
                    throw StoreErrors.Refused(replica.Status.Trouble ?? $"the recovery is not over: replica {refusing[0].Replica}, at {refusing[0].Version}, still refuses");
                }

                await Task.Delay(Pause, context.TimeProvider, limit.Token);
            }
        }
        finally
        {
            recoverUntil = default;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await loop;
        await turn.WaitAsync();
        if (leased is not null)
        {
            await leased.DisposeAsync();
        }

        turn.Release();
    }

    private async Task RunAsync(TimeSpan interval)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await TurnAsync(stop.Token);
            }
            catch (Exception e) when (!stop.IsCancellationRequested)
            {
                Log.ExchangeFailed(context.Logger, e, context.Paths.Service);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(interval, context.TimeProvider, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Tells, hears, and does what follows. Answers what the others say.</summary>
    private async Task<IReadOnlyList<PeerMark>> TurnAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            var others = await ExchangeAsync(cancellationToken);
            await CompareAsync(others, cancellationToken);
            if (replica.Status.Trouble is not null && others.Append(Own).Any(mark => Asks(mark, context.Now)))
            {
                await RecoverOwnAsync(others, cancellationToken);
                await TellAsync(cancellationToken);
            }

            return others;
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<IReadOnlyList<PeerMark>> ExchangeAsync(CancellationToken cancellationToken)
    {
        if (leased is null)
        {
            return [];
        }

        if (await leased.RenewAsync(cancellationToken) is var now && now != generation)
        {
            (generation, written) = (now, null);
        }

        await TellAsync(cancellationToken);
        var marks = await leased.ReadAsync(PeerMark.Folder, cancellationToken);
        return [.. marks.Select(PeerMark.Read).OfType<PeerMark>().Where(mark => mark.Replica != name)];
    }

    private async Task TellAsync(CancellationToken cancellationToken)
    {
        if (leased is not null && Own is var own && own != written)
        {
            await leased.WriteAsync([own.ToPut()], [], cancellationToken);
            written = own;
        }
    }

    /// <summary>Another may just be a moment ahead of our watch; but what it holds was in the store before it said so, so the manifest may not be older than that now.</summary>
    private async Task CompareAsync(IReadOnlyList<PeerMark> others, CancellationToken cancellationToken)
    {
        if (others.MaxBy(mark => mark.Version) is not { } newest || newest.Version <= replica.Status.Version)
        {
            return;
        }

        context.HighWater.See(newest.Version);
        if (replica.Status.Trouble is null && await ReadVersionAsync(cancellationToken) is var version && (version is null || version < newest.Version))
        {
            Log.SeenElsewhere(context.Logger, context.Paths.Service, newest.Replica, newest.Version, replica.Status.Version);
            await feed.RelistAsync(cancellationToken);
        }
    }

    private async Task<ManifestVersion?> ReadVersionAsync(CancellationToken cancellationToken)
    {
        var entry = (await context.Store.GetAsync(context.Paths.Manifest, 0, cancellationToken)).Entry;
        await context.Keys.EnsureAsync(entry is null ? [] : [entry], cancellationToken);
        return context.OpenManifest(entry, out var manifest) is null ? manifest!.Version : null;
    }

    private async Task RecoverOwnAsync(IReadOnlyList<PeerMark> others, CancellationToken cancellationToken)
    {
        // Another may have done it by now.
        await feed.RelistAsync(cancellationToken);
        if (replica.Status.Trouble is not null && !others.Any(other => other.Refuses && other.GoesBefore(Own)))
        {
            await recovery.RunAsync(cancellationToken);
            await feed.RelistAsync(cancellationToken);
        }
    }

    private static bool Asks(PeerMark mark, DateTimeOffset now) => mark.RecoverUntil > now && mark.RecoverUntil <= now + (Word * 2);
}
