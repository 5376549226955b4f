namespace Dkm.Client.KeySets;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;

/// <summary>
/// One ring as this process holds it. Readers take no lock: they look at an immutable snapshot, a lease and a choice of primary, each replaced as
/// a whole. Writers (one stream, and whoever releases the ring) take turns.
/// </summary>
public sealed class HeldRing
{
    /// <summary>As long as a replica of KeyRing that says no may lag behind the one that has delivered the ring.</summary>
    private static readonly TimeSpan LongestLag = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private readonly TimeProvider time;
    private readonly KeyIndex index;
    private readonly Lease lease;
    private readonly PrimaryChooser primary;
    private readonly Signal changed = new();
    private RingSnapshot? snapshot;
    private DkmException? denial;
    private DkmException? trouble;
    private KnownRing? known;
    private long? doubtedSince;
    private long lastUse;

    internal HeldRing(string name, TimeProvider time, KeyIndex index)
    {
        Name = name;
        this.time = time;
        this.index = index;
        lease = new Lease(time);
        primary = new PrimaryChooser(name);
        lastUse = time.GetUtcNow().UtcTicks;
    }

    /// <summary>The ring's name.</summary>
    public string Name { get; }

    /// <summary>What is held, whether or not it may be used now; null if nothing is.</summary>
    public RingSnapshot? Snapshot => Volatile.Read(ref snapshot);

    /// <summary>When the lease ends on the wall clock if nothing more is heard.</summary>
    public DateTimeOffset LeaseEnd => lease.WallEnd;

    /// <summary>How long ago KeyRing last renewed the lease, and with it confirmed the bindings. Zero as long as there is no lease.</summary>
    public TimeSpan ConfirmationAge => lease.Age(time.GetUtcNow());

    /// <summary>When the ring was last used, to within a second.</summary>
    public DateTimeOffset LastUse => new(Volatile.Read(ref lastUse), TimeSpan.Zero);

    /// <summary>Whether the last answer for this ring was no.</summary>
    public bool IsDenied => Volatile.Read(ref denial) is not null;

    internal bool WasHad => Volatile.Read(ref known) is not null;

    /// <summary>The connection on which the server last delivered or confirmed this ring; only that one's heartbeats renew its lease.</summary>
    internal object? DeliveredBy { get; private set; }

    /// <summary>When to ask for the ring once more, because the answer was a denial or of no use.</summary>
    internal WantSchedule Wanting { get; } = new();

    /// <summary>Who waits for this ring and gives it up if it cannot be had; the holder's lock guards it.</summary>
    internal int Trials { get; set; }

    /// <summary>What may be used now.</summary>
    /// <exception cref="DkmException">PERMISSION_DENIED, or UNAVAILABLE: not here yet, or LEASE_ENDED.</exception>
    public RingSnapshot Demand() => Demand(time.GetUtcNow());

    /// <summary>Hands out the primary key for new envelopes.</summary>
    /// <exception cref="DkmException">As <see cref="Demand()"/>; FAILED_PRECONDITION.</exception>
    public RingSealer Sealer()
    {
        var now = time.GetUtcNow();
        var held = Demand(now);
        var choice = primary.Current;
        if (choice is null || !ReferenceEquals(choice.Snapshot, held) || now >= choice.Until)
        {
            choice = Choose(now);
        }

        return new RingSealer(choice.Key, choice.Cipher);
    }

    /// <summary>Opens an envelope with a key of this ring and returns the plaintext's length.</summary>
    /// <param name="key">The key that the header names.</param>
    /// <param name="suite">The suite that the header names.</param>
    /// <param name="envelope">The whole envelope.</param>
    /// <param name="canonicalContext">The context.</param>
    /// <param name="plaintext">At least as long as the plaintext.</param>
    /// <param name="compromisedToo">The caller has <c>decrypt_compromised</c>.</param>
    /// <exception cref="DkmException">As <see cref="Demand()"/>; FAILED_PRECONDITION; INVALID_ARGUMENT CANNOT_OPEN.</exception>
    /// <exception cref="ObjectDisposedException">The key was withdrawn meanwhile; look it up again.</exception>
    public int Open(
        HeldKey key, Suite suite, ReadOnlySpan<byte> envelope, ReadOnlySpan<byte> canonicalContext, Span<byte> plaintext, bool compromisedToo = false)
    {
        ArgumentNullException.ThrowIfNull(key);
        var held = Demand();
        key.DemandOpens(compromisedToo);
        return held.Reads(suite)
            ? key.Cipher(suite).Open(envelope, canonicalContext, plaintext)
            : throw Troubles.SuiteNotRead(Name, suite);
    }

    /// <summary>Waits until the ring may be used.</summary>
    /// <exception cref="DkmException">PERMISSION_DENIED or UNAUTHENTICATED at once; UNAVAILABLE when the time is over.</exception>
    public ValueTask UsableAsync(TimeSpan limit, CancellationToken cancellationToken) =>
        Volatile.Read(ref snapshot) is not null && lease.Holds(time.GetUtcNow()) ? ValueTask.CompletedTask : new(WaitAsync(limit, cancellationToken));

    /// <summary>Takes over a key set, and the keys in it.</summary>
    internal ApplyOutcome Apply(KeySetDelivery delivery, long receipt, object connection)
    {
        lock (gate)
        {
            var outcome = KeySetRule.Judge(delivery, this, snapshot, known, index);
            if (outcome is ApplyOutcome.Applied or ApplyOutcome.Confirmed)
            {
                Accept(delivery, receipt, connection);
            }
            else
            {
                DeliveredBy = null;
            }

            if (outcome == ApplyOutcome.Applied)
            {
                Replace(delivery);
            }
            else
            {
                KeySetMapping.Discard(delivery);
            }

            changed.Pulse();
            return outcome;
        }
    }

    internal void Renew(DateTimeOffset sendTime, long receipt, object connection)
    {
        lock (gate)
        {
            if (ReferenceEquals(DeliveredBy, connection) && snapshot is { } held)
            {
                var waiting = !lease.Holds(time.GetUtcNow());
                lease.Renew(sendTime, receipt, held.KeyLease);
                if (waiting)
                {
                    changed.Pulse();
                }
            }
        }
    }

    /// <summary>An explicit word of the server that this process has the ring no more: its keys are zeroed.</summary>
    internal void Deny(DkmException reason)
    {
        lock (gate)
        {
            Volatile.Write(ref denial, reason);
            Forget();
        }
    }

    /// <summary>
    /// Whether a denial that is no revocation has to be repeated before it counts. On a new stream it may come from a replica that knows less than the one which has delivered
    /// the ring and has renewed its lease: only what is said longer after the first such word than a replica may lag says more than that.
    /// </summary>
    internal bool Doubts()
    {
        lock (gate)
        {
            if (snapshot is null || !lease.Holds(time.GetUtcNow()))
            {
                return false;
            }

            doubtedSince ??= time.GetTimestamp();
            return time.GetElapsedTime(doubtedSince.Value) < LongestLag;
        }
    }

    /// <summary>The server cannot say now.</summary>
    internal void Postpone(DkmException reason)
    {
        lock (gate)
        {
            DeliveredBy = null;
        }

        Report(reason);
    }

    /// <summary>Forgets keys of a ring that is not used any more. How far the ring had got stays known, so that it cannot go back.</summary>
    internal void Release()
    {
        lock (gate)
        {
            Forget();
        }
    }

    /// <summary>Makes waiting for the ring wait for a new answer instead of repeating the old denial.</summary>
    internal void AskAgain()
    {
        Volatile.Write(ref denial, null);
        Volatile.Write(ref trouble, null);
    }

    internal void Report(DkmException connectionTrouble)
    {
        Volatile.Write(ref trouble, connectionTrouble);
        changed.Pulse();
    }

    /// <summary>Keeps a key that was asked for by its id.</summary>
    /// <returns>False if the answer is older than the key set; then the key is not kept.</returns>
    internal bool Keep(HeldKey key, long revision)
    {
        lock (gate)
        {
            if (snapshot is null || revision < snapshot.Revision)
            {
                return false;
            }

            index.AddResolved(this, key);
            return true;
        }
    }

    private RingSnapshot Demand(DateTimeOffset now)
    {
        var held = Volatile.Read(ref snapshot);
        if (held is null || !lease.Holds(now))
        {
            throw WhyNot(held);
        }

        // Written once a second and not at every use: a line that all cores write to would be the slowest thing here.
        if (now.UtcTicks - Volatile.Read(ref lastUse) > TimeSpan.TicksPerSecond)
        {
            Volatile.Write(ref lastUse, now.UtcTicks);
        }

        return held;
    }

    private DkmException WhyNot(RingSnapshot? held)
    {
        if (Volatile.Read(ref denial) is { } denied)
        {
            return Troubles.Again(denied);
        }

        var cause = Volatile.Read(ref trouble);
        if (held is null)
        {
            return cause is null ? Troubles.NotAnswered(Name)
                : Troubles.IsFinal(cause) ? Troubles.Again(cause)
                : Troubles.NotConnected(Name, cause);
        }

        return lease.EverGranted ? Troubles.LeaseEnded(Name, held.KeyLease, cause) : Troubles.NoLeaseYet(Name);
    }

    private PrimaryChoice Choose(DateTimeOffset now)
    {
        lock (gate)
        {
            return primary.Choose(snapshot ?? throw WhyNot(null), now);
        }
    }

    private void Replace(KeySetDelivery delivery)
    {
        var previous = snapshot?.Keys ?? [];
        var keys = new HeldKey[delivery.Keys.Count];
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = KeySetRule.KeepOrTake(previous, delivery.Keys[i]);
        }

        var next = new RingSnapshot(delivery, keys);
        index.Replace(this, previous, keys);
        Volatile.Write(ref snapshot, next);
        Volatile.Write(ref known, new KnownRing(delivery.Uid, delivery.Revision));
        foreach (var gone in previous)
        {
            if (Array.IndexOf(keys, gone) < 0)
            {
                gone.Dispose();
            }
        }
    }

    /// <summary>The lease first and then the keys: the other way round they would be there without one for a moment.</summary>
    private void Accept(KeySetDelivery delivery, long receipt, object connection)
    {
        DeliveredBy = connection;
        doubtedSince = null;
        Wanting.Answered();
        Volatile.Write(ref denial, null);
        Volatile.Write(ref trouble, null);
        if (delivery.GrantsLease)
        {
            lease.Renew(delivery.SendTime, receipt, delivery.KeyLease);
        }
    }

    private void Forget()
    {
        var held = snapshot;
        DeliveredBy = null;
        doubtedSince = null;
        Volatile.Write(ref snapshot, null);
        primary.Forget();
        lease.End();
        index.Replace(this, held?.Keys ?? [], []);
        foreach (var key in held?.Keys ?? [])
        {
            key.Dispose();
        }

        changed.Pulse();
    }

    private async Task WaitAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        var deadline = time.GetTimestamp() + (long)(limit.TotalSeconds * time.TimestampFrequency);
        while (true)
        {
            var next = changed.Next;
            if (snapshot is not null && lease.Holds(time.GetUtcNow()))
            {
                return;
            }

            var why = WhyNot(Volatile.Read(ref snapshot));
            var rest = TimeSpan.FromSeconds((double)(deadline - time.GetTimestamp()) / time.TimestampFrequency);
            if (Troubles.IsFinal(why) || rest <= TimeSpan.Zero)
            {
                throw why;
            }

            try
            {
                await next.WaitAsync(rest, time, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                throw WhyNot(Volatile.Read(ref snapshot));
            }
        }
    }
}
