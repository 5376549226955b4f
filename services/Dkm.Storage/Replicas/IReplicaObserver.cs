namespace Dkm.Storage;

/// <summary>Builds a service's indices from the records.</summary>
public interface IReplicaObserver
{
    /// <summary>
    /// Called in order, one at a time, only with what was verified. The first has <see cref="ReplicaChange.Reset"/>. It holds up every commit and
    /// must neither block, nor throw, nor call the <see cref="ServiceStore"/>.
    /// </summary>
    void Apply(ReplicaChange change);
}
