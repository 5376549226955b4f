namespace Dkm.Storage;

using System;

/// <summary>Builds a service's indices from the records.</summary>
public interface IReplicaObserver
{
    /// <summary>
    /// Called in order, one at a time, only with what was verified. The first has <see cref="ReplicaChange.Reset"/>. It holds up every commit and
    /// must neither block, nor throw, nor call the <see cref="ServiceStore"/>.
    /// </summary>
    void Apply(ReplicaChange change);

    /// <summary>
    /// A record as the service would write it from what it has in memory: type and body. The replica keeps no bodies, and where the store was put back to an older state this
    /// is all that is left of the newer one. Null if the service has no such record, or not all of it.
    /// </summary>
    /// <param name="path">Which.</param>
    /// <param name="older">An older body of it that the store still has, for a service that leaves there what never changes; null if there is none.</param>
    (int Type, ReadOnlyMemory<byte> Body)? Recall(string path, ReadOnlyMemory<byte>? older);
}
