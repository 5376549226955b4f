namespace Dkm.Storage;

using System;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;

/// <summary>
/// One leader among replicas: a key that we make in a transaction under a lease. Being leader proves nothing at the moment of a write; put
/// <see cref="Fence"/> into every write of the leader (<see cref="RecordChanges.Require"/>).
/// </summary>
public sealed class LeaderElection : IAsyncDisposable
{
    /// <summary>True while the key is ours as far as we know and our own count of the lease's time has not run out.</summary>
    public bool IsLeader => Fence is not null;

    /// <summary>What a leader's write has to compare; null while we are not leader. Take it before the decision, not after.</summary>
    public StoreCompare? Fence => throw new NotImplementedException();

    /// <summary>Starts to stand for leader.</summary>
    /// <param name="store">Where the key lies.</param>
    /// <param name="path">The key, such as <see cref="StorePath.Election"/>.</param>
    /// <param name="candidate">Who we are, for people; in clear.</param>
    /// <param name="ttl">How long a dead leader stays leader.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="logger">Where changes are told.</param>
    public static LeaderElection Start(
        IRevisionedStore store, string path, string candidate, TimeSpan ttl, TimeProvider timeProvider, ILogger logger) =>
        throw new NotImplementedException();

    /// <summary>Waits until we are leader.</summary>
    public Task<StoreCompare> WaitAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Steps down, so that another takes over at once.</summary>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
