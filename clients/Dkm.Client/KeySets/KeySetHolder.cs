namespace Dkm.Client.KeySets;

using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.KeyRing.V1;
using Grpc.Core;
using Microsoft.Extensions.Logging;

/// <summary>
/// The key sets of this process: pushed over one stream by KeyRing, usable without it until their leases end. Applications use
/// <see cref="DkmClient"/>; the Crypto service uses this.
/// </summary>
public sealed class KeySetHolder : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, HeldRing> rings = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, HeldRing> parked = new(StringComparer.Ordinal);
    private readonly Lock trying = new();
    private readonly KeySetHolderOptions options;
    private readonly CancellationTokenSource stopping = new();
    private readonly TimeProvider time;
    private readonly KeyIndex index;
    private readonly KeyResolver resolver;
    private readonly KeySetSubscriber subscriber;
    private readonly Lazy<Task> running;
    private DkmException? trouble;
    private int disposed;

    /// <param name="keyRing">Calls to KeyRing, whose identity is checked.</param>
    /// <param name="options">How to behave.</param>
    /// <param name="time">The clock; its time stamps must go on while the machine sleeps.</param>
    /// <param name="log">The log.</param>
    public KeySetHolder(CallInvoker keyRing, KeySetHolderOptions options, TimeProvider time, ILogger<KeySetHolder> log)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.options = options;
        this.time = time;
        var client = new KeySetService.KeySetServiceClient(keyRing);
        index = new KeyIndex(options.ResolvedKeyCapacity);
        resolver = new KeyResolver(client, this, index, options, time);
        subscriber = new KeySetSubscriber(client, this, options, time, log);
        running = new Lazy<Task>(() => Task.Run(() => subscriber.RunAsync(stopping.Token)));
    }

    /// <summary>The rings wanted now.</summary>
    public IEnumerable<HeldRing> Rings
    {
        get
        {
            foreach (var (_, ring) in rings)
            {
                yield return ring;
            }
        }
    }

    /// <summary>How many rings are wanted now.</summary>
    public int RingCount => rings.Count;

    /// <summary>How many keys are in memory.</summary>
    public int KeyCount => index.Count;

    /// <summary>Whether KeyRing was ever heard. From then on this process can do without it for a while.</summary>
    public bool EverConnected { get; private set; }

    /// <summary>Why there is no stream to KeyRing; null while there is one.</summary>
    public DkmException? Trouble => Volatile.Read(ref trouble);

    /// <summary>Opens the stream. Idempotent.</summary>
    public void Start() => _ = running.Value;

    /// <summary>Wants a ring, from now until it is released. Idempotent; what is there can be used when it is there.</summary>
    /// <exception cref="DkmException">INVALID_ARGUMENT: not a ring's name.</exception>
    public HeldRing Want(string ring)
    {
        if (rings.TryGetValue(ring, out var held))
        {
            return held;
        }

        RingName.Check(ring, "key_ring");
        held = parked.TryRemove(ring, out var before) ? before : new HeldRing(ring, time, index);
        var first = rings.GetOrAdd(ring, held);
        if (ReferenceEquals(first, held))
        {
            held.Wanting.Unanswered(time.GetUtcNow());
            subscriber.Stream?.Want([ring]);
        }

        return first;
    }

    /// <summary>
    /// Wants a ring for a caller who may have made its name up. Each of these is followed by one <see cref="EndTrial"/>, whatever came of it: a ring
    /// that nobody got and nobody waits for any more is wanted no more.
    /// </summary>
    /// <exception cref="DkmException">INVALID_ARGUMENT: not a ring's name; RESOURCE_EXHAUSTED: as many are wanted as may be.</exception>
    public HeldRing WantOnTrial(string ring)
    {
        lock (trying)
        {
            var held = rings.Count < options.MaximumRings ? Want(ring) : Find(ring) ?? throw Troubles.TooManyRings(options.MaximumRings);
            held.Trials++;
            return held;
        }
    }

    /// <summary>Ends what <see cref="WantOnTrial"/> began.</summary>
    public void EndTrial(HeldRing ring)
    {
        ArgumentNullException.ThrowIfNull(ring);
        lock (trying)
        {
            ring.Trials--;
            if (ring.Trials == 0 && ring.Snapshot is null && ReferenceEquals(Find(ring.Name), ring))
            {
                Release(ring.Name);
            }
        }
    }

    /// <summary>A ring that is wanted.</summary>
    public HeldRing? Find(string ring) => rings.GetValueOrDefault(ring);

    /// <summary>Gives a ring up and zeroes its keys here. How far it had got is remembered.</summary>
    public bool Release(string ring)
    {
        if (!rings.TryRemove(ring, out var held))
        {
            return false;
        }

        subscriber.Stream?.Release(ring);
        held.Release();
        if (held.WasHad)
        {
            parked[ring] = held;
        }

        return true;
    }

    /// <summary>Asks again for a ring that was denied, instead of at its next turn.</summary>
    public void AskAgain(HeldRing ring)
    {
        ArgumentNullException.ThrowIfNull(ring);
        if (ring.IsDenied)
        {
            ring.AskAgain();
            subscriber.Stream?.Want([ring.Name]);
        }
    }

    /// <summary>Finds a key that is in memory.</summary>
    public bool TryFindKey(KeyId id, out FoundKey found) => index.TryFind(id, out found);

    /// <summary>Finds a key in memory or asks KeyRing.</summary>
    /// <exception cref="DkmException">
    /// PERMISSION_DENIED: unknown, or of a ring that this process may not hold; FAILED_PRECONDITION: the key's state; INVALID_ARGUMENT OTHER_RING; UNAVAILABLE.
    /// </exception>
    public ValueTask<FoundKey> FindKeyAsync(KeyId id, CancellationToken cancellationToken) =>
        index.TryFind(id, out var found) ? new(found) : new(resolver.ResolveAsync(id, cancellationToken));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
        {
            return;
        }

        await stopping.CancelAsync().ConfigureAwait(false);
        if (running.IsValueCreated)
        {
            await running.Value.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        foreach (var name in rings.Keys)
        {
            Release(name);
        }

        resolver.Dispose();
        stopping.Dispose();
    }

    internal void WantAll(KeySetStream stream) => stream.Want([.. rings.Keys]);

    internal void Heard()
    {
        EverConnected = true;
        Volatile.Write(ref trouble, null);
    }

    internal void Changed()
    {
        resolver.ForgetNegative();
    }

    internal void Report(DkmException connectionTrouble)
    {
        Volatile.Write(ref trouble, connectionTrouble);
        foreach (var ring in Rings)
        {
            ring.Report(connectionTrouble);
        }
    }
}
