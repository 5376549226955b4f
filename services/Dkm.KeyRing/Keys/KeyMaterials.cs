namespace Dkm.KeyRing.Keys;

using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Core.Keys;
using Dkm.Core.Secrets;
using Dkm.KeyRing.Rings;
using Dkm.Storage;

/// <summary>
/// Where material is made, wrapped and unwrapped. Wrapping keys lie clear in <see cref="SecretBytes"/> once a root has unwrapped them; keys are
/// clear only between <see cref="UnwrapAsync"/> and the caller's dispose.
/// </summary>
internal sealed class KeyMaterials(RingCatalog catalog, ColdMaterials cold, TimeProvider time) : IDisposable
{
    private const int KeyLength = 32;

    private readonly ConcurrentDictionary<string, Lazy<Task<SecretBytes>>> opened = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<SecretBytes> held = [];
    private IRootProvider? provider;

    private IRootProvider Root => provider ?? throw new DkmException(ErrorKind.Unavailable, Reasons.RootUnavailable, "the root is not open yet");

    /// <summary>Called once the root is there; it may come later than we do.</summary>
    public void Use(IRootProvider root) => provider = root;

    /// <summary>Called once the store is open, for keys whose material lies there.</summary>
    public void Use(ServiceStore store) => cold.Use(store);

    /// <summary>The key with its material, as it has to be written.</summary>
    /// <exception cref="DkmException">UNAVAILABLE.</exception>
    public async ValueTask<RingKey> WarmAsync(RingKey key, CancellationToken token) => key.IsCold ? key.Warm(await cold.GetAsync(key, token)) : key;

    /// <summary>The wrapping key that new rings take. Two replicas that start on an empty store make one: the loser of the race takes the winner's.</summary>
    public async Task<string> EnsureDefaultAsync(ServiceStore store, CancellationToken token)
    {
        while (true)
        {
            var version = store.Version;
            if (catalog.Content.WrappingKeys.Values.MaxBy(key => (key.CreateTime, key.Id)) is { } existing)
            {
                return existing.Id;
            }

            var now = time.GetUtcNow();
            using var fresh = SecretBytes.Random(KeyLength);
            var key = new WrappingKey(KeyId.Create(now).ToString(), [(Root.Id, await Root.WrapAsync(fresh, token))], now);
            var changes = new RecordChanges().At(version).Put(WrappingKey.Path(key.Id), RecordTypes.WrappingKey, key.Write(), expectedVersion: 0);
            try
            {
                await store.CommitAsync(changes, token);
                return key.Id;
            }
            catch (DkmException exception) when (exception.Kind == ErrorKind.Aborted)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), time, token);
            }
        }
    }

    /// <summary>A key that was never there before, id and material both.</summary>
    public async Task<RingKey> CreateAsync(string wrappingKeyId, DateTimeOffset now, DateTimeOffset activateTime, CancellationToken token)
    {
        var wrapping = await OpenAsync(wrappingKeyId, token);
        using var material = SecretBytes.Random(KeyLength);
        return new RingKey(new KeyFacts(KeyId.Create(now), StoredKeyState.Enabled, now, activateTime))
        {
            Wrapped = KeyWrap.Wrap(wrapping, material),
            WrappingKeyId = wrappingKeyId,
        };
    }

    /// <summary>Clear material, for delivery. The caller disposes it.</summary>
    public async ValueTask<SecretBytes> UnwrapAsync(RingKey key, CancellationToken token)
    {
        var wrapping = await OpenAsync(key.WrappingKeyId, token);
        var wrapped = await cold.GetAsync(key, token);
        return KeyWrap.TryUnwrap(wrapping, wrapped.Span, out var material)
            ? material
            : throw new DkmException(ErrorKind.FailedPrecondition, Reasons.RootDenied, $"key {key.Id} was not wrapped by its wrapping key, or was altered");
    }

    public void Dispose()
    {
        foreach (var key in held)
        {
            key.Dispose();
        }
    }

    private async ValueTask<SecretBytes> OpenAsync(string id, CancellationToken token)
    {
        var flight = opened.GetOrAdd(id, _ => new Lazy<Task<SecretBytes>>(() => AskRootAsync(id)));
        try
        {
            return await flight.Value.WaitAsync(token);
        }
        catch (DkmException)
        {
            // The next one asks the root again: unavailable is not for ever.
            opened.TryRemove(new(id, flight));
            throw;
        }
    }

    private async Task<SecretBytes> AskRootAsync(string id)
    {
        if (!catalog.Content.WrappingKeys.TryGetValue(id, out var key))
        {
            throw new DkmException(ErrorKind.FailedPrecondition, Reasons.RootDenied, $"wrapping key {id} is not in the store");
        }

        var wrap = key.Wraps.FirstOrDefault(wrap => string.Equals(wrap.RootId, Root.Id, StringComparison.Ordinal));
        if (wrap.Wrapped.IsEmpty)
        {
            throw new DkmException(ErrorKind.FailedPrecondition, Reasons.RootDenied, $"wrapping key {id} is not wrapped by root {Root.Id}");
        }

        var clear = await Root.UnwrapAsync(wrap.Wrapped);
        held.Add(clear);
        return clear;
    }
}
