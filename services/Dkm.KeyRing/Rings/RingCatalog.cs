namespace Dkm.KeyRing.Rings;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Dkm.Core;
using Dkm.Storage;

/// <summary>
/// What this replica knows: every ring with its keys, indexed for each question that is asked of it without I/O. Written by the store's replica alone,
/// one change at a time; read by everybody without a lock.
/// </summary>
internal sealed class RingCatalog : IReplicaObserver
{
    private CatalogContent content = new();

    /// <summary>
    /// Called inside the commit or watch that brought the change, after the indices have it: whoever listens only marks and wakes. With
    /// <c>Reset</c> all rings count as changed.
    /// </summary>
    public event Action<CatalogChange>? Changed;

    public CatalogContent Content => Volatile.Read(ref content);

    public RingView? Find(string name) => Content.ByName.GetValueOrDefault(name);

    /// <summary>The ring of a key id, without I/O for unknown ones: anybody may ask about any 16 bytes.</summary>
    public RingView? FindKey(KeyId id) =>
        Content is { } now && now.RingOfKey.TryGetValue(id, out var uid) ? now.ByUid.GetValueOrDefault(uid) : null;

    /// <summary>The ring that a request id made or rolled.</summary>
    public RingView? FindRequest(string requestId) =>
        Content is { } now && now.RingOfRequest.TryGetValue(requestId, out var uid) ? now.ByUid.GetValueOrDefault(uid) : null;

    public (int Type, ReadOnlyMemory<byte> Body)? Recall(string path, ReadOnlyMemory<byte>? older) => CatalogRecall.Find(Content, path, older);

    public void Apply(ReplicaChange change)
    {
        var next = change.Reset ? new CatalogContent() : Content;
        var touched = next.Apply(change);
        if (change.Reset)
        {
            Volatile.Write(ref content, next);
        }

        Changed?.Invoke(new CatalogChange(change.Reset, [.. touched.Select(next.ByUid.GetValueOrDefault).OfType<RingView>()]));
    }
}
