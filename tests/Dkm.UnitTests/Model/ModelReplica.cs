namespace Dkm.UnitTests.Model;

/// <summary>A KeyRing replica: what it holds, since when that is confirmed, whether it believes to lead, and a write on its way.</summary>
/// <param name="Version">The manifest that it holds; 0 after a crash.</param>
/// <param name="Mark">The newest manifest that it has ever seen; it survives a crash.</param>
internal readonly record struct ModelReplica(
    int Version, int Mark, int Ring, int Other, KeySet? Keys, int Confirmed, int Fence, PendingWrite? Pending)
{
    public static ModelReplica Of(in ModelStore store, int now) =>
        new(store.Version, store.Version, store.Ring, store.Other, store.Keys, now, 0, null);
}
