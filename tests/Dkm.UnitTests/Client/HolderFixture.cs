namespace Dkm.UnitTests.Client;

using System;
using System.Threading.Tasks;
using Dkm.Client;
using Dkm.Client.KeySets;
using Dkm.Core;
using Dkm.Core.Envelopes;
using Dkm.Testing.Client;
using Microsoft.Extensions.Logging.Abstractions;

/// <summary>A holder, a KeyRing without a socket, and a clock that stands still.</summary>
internal sealed class HolderFixture : IAsyncDisposable
{
    public const string Mail = "mail/connected-accounts";

    public static readonly DateTimeOffset Start = new(2026, 11, 24, 8, 0, 0, TimeSpan.Zero);

    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public HolderFixture(KeySetHolderOptions? options = null)
    {
        KeyRing = new FakeKeyRing(Time);
        Holder = new KeySetHolder(KeyRing, options ?? new KeySetHolderOptions(), Time, NullLogger<KeySetHolder>.Instance);
        Holder.Start();
    }

    public TwoClocks Time { get; } = new(Start);

    public FakeKeyRing KeyRing { get; }

    public KeySetHolder Holder { get; }

    public static DkmContext Context { get; } = DkmContext.Of("address", "ann@example.com");

    public static KeyId KeyOf(byte[] envelope) => Envelope.ReadHeader(envelope).KeyId;

    public FakeRing AddRing(string name = Mail, string uid = "uid-1")
    {
        var ring = new FakeRing(name) { Uid = uid };
        ring.Add(Start.AddDays(-1));
        KeyRing.Rings[name] = ring;
        return ring;
    }

    public async Task<LocalRing> HoldAsync(string name = Mail)
    {
        var held = Holder.Want(name);
        await Soon.True(() => held.Snapshot is not null || held.IsDenied, $"an answer for {name}");
        return new LocalRing(Holder, held, Patience);
    }

    /// <summary>Sends the ring as it is now and waits until it is applied.</summary>
    public async Task PushAsync(FakeRing ring)
    {
        KeyRing.Push(ring.Name);
        await Soon.True(() => Holder.Find(ring.Name)?.Snapshot?.Revision == ring.Revision, $"revision {ring.Revision} of {ring.Name}");
    }

    /// <summary>Waits until everything sent so far was handled, by sending one thing more.</summary>
    public async Task SettleAsync()
    {
        var marker = $"marker-{Guid.CreateVersion7():N}";
        KeyRing.Rings[marker] = new FakeRing(marker) { Uid = marker };
        KeyRing.Rings[marker].Add(Start);
        var held = Holder.Want(marker);
        await Soon.True(() => held.Snapshot is not null, "the marker");
        Holder.Release(marker);
    }

    public async ValueTask DisposeAsync() => await Holder.DisposeAsync();
}
