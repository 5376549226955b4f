namespace Dkm.KeyRing.Rollover;

using System;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Hosting;
using Dkm.Status.V1;
using Dkm.Storage;
using Microsoft.Extensions.Logging;

/// <summary>The election of the replica that rolls keys over: its key, this replica's part in it, and what is told of it.</summary>
internal sealed class RolloverElection(KeyRingStore store, ReplicaIdentity replica, TimeProvider time) : IStatusPart, IDisposable
{
    private static readonly string Key = StorePath.Election("keyring", "rollover");

    /// <summary>Who leads is a detail of an answer; it is not waited for as long as a change would be.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private volatile LeaderElection? election;

    private bool Leads => election is { IsLeader: true };

    /// <summary>Stands for leader, once the store is open. The caller disposes it.</summary>
    public LeaderElection Start(ILogger logger)
    {
        Telemetry.Stands(this, () => Leads);
        return election = LeaderElection.Start(store.Revisioned, Key, replica.Name, RolloverTiming.LeaderLease, time, logger);
    }

    public void Dispose() => Telemetry.StandsNoMore(this);

    public async Task AddAsync(ServiceStatus status, CancellationToken cancellationToken)
    {
        status.Rollover = new RolloverStatus
        {
            Leads = Leads,
            Leader = store.Ready ? await LeaderAsync(cancellationToken) : string.Empty,
        };
    }

    private async Task<string> LeaderAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var read = await store.Revisioned.GetAsync(Key, 0, any.Token);
            return read.Entry is { } entry ? Encoding.UTF8.GetString(entry.Value.Span) : string.Empty;
        }
        catch (Exception exception) when (exception is DkmException or OperationCanceledException)
        {
            // The state of the store itself says why.
            cancellationToken.ThrowIfCancellationRequested();
            return string.Empty;
        }
    }
}
