namespace Dkm.Storage;

using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Core.Secrets;

/// <summary>The store keys of a service, unwrapped by its root when a record first names them.</summary>
internal sealed class StoreKeys : IDisposable
{
    private readonly IRevisionedStore store;
    private readonly ServicePaths paths;
    private readonly IRootProvider root;
    private readonly string scope;
    private readonly ConcurrentDictionary<KeyId, StoreKey> keys = new();

    public StoreKeys(IRevisionedStore store, ServicePaths paths, string clusterId, IRootProvider root)
    {
        this.store = store;
        this.paths = paths;
        this.root = root;
        scope = $"{clusterId}/{paths.Service}";
    }

    public StoreKey? Find(KeyId id) => keys.GetValueOrDefault(id);

    /// <summary>A new key, known from now on; its <see cref="StoreKey.Stored"/> still has to be written.</summary>
    public async Task<StoreKey> CreateAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        using var material = SecretBytes.Random(StoreKey.Length);
        var wrapped = await root.WrapAsync(material, cancellationToken);
        return Add(KeyId.Create(now), material, new WrappedStoreKey(root.Id, wrapped).ToArray());
    }

    /// <summary>Takes back a key that was never written.</summary>
    public void Forget(StoreKey key)
    {
        keys.TryRemove(key.Id, out _);
        key.Dispose();
    }

    /// <summary>Fetches the keys that these values name and that are not known yet. One that is not in the store stays unknown.</summary>
    public async Task EnsureAsync(IEnumerable<StoreEntry> entries, CancellationToken cancellationToken)
    {
        HashSet<KeyId>? missing = null;
        foreach (var entry in entries)
        {
            if (RecordHeader.TryRead(entry.Value.Span, out var header) && !keys.ContainsKey(header.StoreKey))
            {
                (missing ??= []).Add(header.StoreKey);
            }
        }

        foreach (var id in missing ?? Enumerable.Empty<KeyId>())
        {
            var read = await store.GetAsync(paths.StoreKey(id), 0, cancellationToken);
            if (read.Entry is { } entry)
            {
                await LoadAsync(id, entry.Value, cancellationToken);
            }
        }
    }

    /// <summary>Takes a key that is not in the store yet, as a backup has it.</summary>
    /// <exception cref="DkmException">As of a key in the store.</exception>
    public Task TakeAsync(KeyId id, ReadOnlyMemory<byte> stored, CancellationToken cancellationToken) => LoadAsync(id, stored, cancellationToken);

    /// <summary>What is wrong with the value at a store key's path, as far as the key is in use here.</summary>
    public Refusal? Check(string path, StoreEntry? entry) =>
        keys.Values.FirstOrDefault(key => paths.Relative(paths.StoreKey(key.Id)) == path) is not { } known ? null
        : entry is null ? new Refusal(path, "the store key in use", "nothing")
        : entry.Value.Span.SequenceEqual(known.Stored.Span) ? null
        : new Refusal(path, "the store key in use", "other bytes");

    /// <summary>The paths of the keys in use.</summary>
    public IEnumerable<string> Paths => keys.Keys.Select(id => paths.Relative(paths.StoreKey(id)));

    /// <summary>The full paths of the keys in use, and what lay there.</summary>
    public IEnumerable<(string Path, ReadOnlyMemory<byte> Value)> Stored => keys.Values.Select(key => (paths.StoreKey(key.Id), key.Stored));

    public void Dispose()
    {
        foreach (var key in keys.Values)
        {
            key.Dispose();
        }
    }

    private async Task LoadAsync(KeyId id, ReadOnlyMemory<byte> stored, CancellationToken cancellationToken)
    {
        if (WrappedStoreKey.Read(stored) is not { } wrapped)
        {
            throw StoreErrors.Refused($"sealing/{id}: expected a wrapped store key, found other bytes");
        }

        if (!string.Equals(wrapped.RootId, root.Id, StringComparison.Ordinal))
        {
            throw new DkmException(
                ErrorKind.FailedPrecondition,
                Reasons.RootDenied,
                $"store key {id} of {paths.Service} was wrapped by root {wrapped.RootId}, and the root given is {root.Id}");
        }

        try
        {
            using var material = await root.UnwrapAsync(wrapped.Wrapped, cancellationToken);
            Add(id, material, stored);
        }
        catch (DkmException e)
        {
            throw new DkmException(e.Kind, e.Reason, $"{paths.Service}: sealing/{id}: {e.Message}", innerException: e);
        }
    }

    private StoreKey Add(KeyId id, SecretBytes material, ReadOnlyMemory<byte> stored)
    {
        var key = new StoreKey(id, material, scope, stored);
        var kept = keys.GetOrAdd(id, key);
        if (!ReferenceEquals(kept, key))
        {
            key.Dispose();
        }

        return kept;
    }
}
