namespace Dkm.UnitTests.KeyRing;

using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Core.Authorization;
using Dkm.Hosting;
using Dkm.KeyRing.Distribution;
using Dkm.KeyRing.Rings;
using Dkm.KeyRing.V1;
using Dkm.Testing;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

public sealed class HolderWriterTests
{
    private static readonly SpiffeId Worker = SpiffeId.Parse("spiffe://dkm.test/ns/mail/sa/worker");

    [Fact]
    public async Task RunAsync_SlowReader_LeasesCountFromBeforeTheLook()
    {
        await using var rings = await StoredRings.OpenAsync();
        var ring = await HeldAsync(rings);
        using var stop = new CancellationTokenSource();
        var reader = new SlowReader(rings);
        var stream = new HolderStream(Worker, RollingRing.Start);
        stream.Want("ring");
        var running = Writer(rings, stream, reader).RunAsync(stop.Token);
        await Eventually.TrueAsync(() => !reader.Heard.IsEmpty, "the key set");
        Assert.Equal(RollingRing.Start, reader.Heard.Single().KeySet.SendTime.ToDateTimeOffset());

        // What the next heartbeat finds changed takes the reader longer than a view of the rings may be old.
        reader.Pause = TimeSpan.FromSeconds(10);
        await rings.Repository.CommitAsync(RingChange.To(ring, ring.Ring, [], [], RollingRing.Start), note: null, long.MaxValue, StoredRings.Token);
        await Eventually.TrueAsync(() => reader.Heard.Any(one => one.Heartbeat is not null), "a heartbeat");
        await EndAsync(stop, running);

        var heard = reader.Heard.Skip(1).Take(2).ToList();
        Assert.Equal(2, heard[0].KeySet.Revision);
        Assert.Equal((true, RollingRing.Start), (heard[1].Heartbeat.RenewsLeases, heard[1].Heartbeat.SendTime.ToDateTimeOffset()));
    }

    [Fact]
    public async Task RunAsync_HolderAcknowledgesBeforeTheWriteIsOver_Counts()
    {
        await using var rings = await StoredRings.OpenAsync();
        await HeldAsync(rings);
        using var stop = new CancellationTokenSource();
        var stream = new HolderStream(Worker, RollingRing.Start);
        stream.Want("ring");
        var reader = new SlowReader(rings) { OnWrite = message => stream.Acknowledge("ring", message.KeySet?.Revision ?? 0) };
        var running = Writer(rings, stream, reader).RunAsync(stop.Token);
        await Eventually.TrueAsync(() => !reader.Heard.IsEmpty, "the key set");
        await EndAsync(stop, running);

        Assert.Equal(reader.Heard.First().KeySet.Revision, stream.Find("ring")!.AcknowledgedRevision);
    }

    [Fact]
    public async Task RunAsync_StrangerToAnOldView_IsToldToComeAgainAndDeniedByAFreshOne()
    {
        await using var rings = await StoredRings.OpenAsync();
        await HeldAsync(rings);
        using var stop = new CancellationTokenSource();
        var stream = new HolderStream(SpiffeId.Parse("spiffe://dkm.test/ns/mail/sa/other"), RollingRing.Start);
        stream.Want("ring");
        stream.Want("none");
        var reader = new SlowReader(rings);
        rings.Membership.Age = TimeSpan.FromMinutes(1);
        var running = Writer(rings, stream, reader).RunAsync(stop.Token);
        await Eventually.TrueAsync(() => reader.Heard.Count >= 2, "two answers");
        rings.Membership.Age = TimeSpan.Zero;
        stream.Mark("ring");
        stream.Mark("none");
        await Eventually.TrueAsync(() => reader.Heard.Count >= 4, "two more");
        await EndAsync(stop, running);

        Assert.Equal(
            [("ring", Reasons.PolicyStale), ("none", Reasons.PolicyStale), ("ring", Reasons.NotBound), ("none", Reasons.NotBound)],
            reader.Heard.Take(4).Select(one => (one.Denied.KeyRing, one.Denied.Reason)));
    }

    [Fact]
    public async Task RunAsync_RemovedOnTheStreamThatDelivered_RevokedHoweverOldTheView()
    {
        await using var rings = await StoredRings.OpenAsync();
        await HeldAsync(rings);
        using var stop = new CancellationTokenSource();
        var stream = new HolderStream(Worker, RollingRing.Start);
        stream.Want("ring");
        var reader = new SlowReader(rings);
        var running = Writer(rings, stream, reader).RunAsync(stop.Token);
        await Eventually.TrueAsync(() => !reader.Heard.IsEmpty, "the key set");
        rings.Membership.Age = TimeSpan.FromMinutes(1);
        rings.Membership.Set(GroupEntry.Create("workers", "uid", GroupKind.Workload, []));
        stream.Mark("ring");
        await Eventually.TrueAsync(() => reader.Heard.Any(one => one.Denied is not null), "the revocation");
        await EndAsync(stop, running);

        var denied = reader.Heard.Single(one => one.Denied is not null).Denied;
        Assert.Equal((Reasons.NotBound, true), (denied.Reason, denied.Revoked));
    }

    [Fact]
    public async Task ResolveKey_UnknownToAnOldView_IsNoDenial()
    {
        await using var rings = await StoredRings.OpenAsync();
        await HeldAsync(rings);
        var resolver = new KeyResolver(
            rings.Catalog, rings.Builder, rings.Store, new Freshness(rings.Membership, rings.Store, RollingRing.Timing), rings.Membership);
        var caller = new Caller(Worker, MethodTable.Find("/dkm.keyring.v1.KeySetService/ResolveKey")!);
        using var delivery = new Delivery();
        var request = new ResolveKeyRequest { KeyId = ByteString.CopyFrom(KeyId.Create(RollingRing.Start).ToByteArray()) };

        var denied = await Assert.ThrowsAsync<DkmException>(() => resolver.RunAsync(caller, request, delivery, StoredRings.Token));
        rings.Membership.Age = TimeSpan.FromMinutes(1);
        var later = await Assert.ThrowsAsync<DkmException>(() => resolver.RunAsync(caller, request, delivery, StoredRings.Token));

        Assert.Equal((ErrorKind.PermissionDenied, Reasons.KeyUnknownOrNotYours), (denied.Kind, denied.Reason));
        Assert.Equal((ErrorKind.Unavailable, Reasons.PolicyStale), (later.Kind, later.Reason));
    }

    private static async Task<RingView> HeldAsync(StoredRings rings)
    {
        rings.Membership.Set(GroupEntry.Create("workers", "uid", GroupKind.Workload, [Worker]));
        return await rings.AddAsync("ring", bindings: [new RingBinding("workers", "uid", [RingPermission.Hold])]);
    }

    private static async Task EndAsync(CancellationTokenSource stop, Task running)
    {
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        Assert.False(running.IsFaulted, $"{running.Exception}");
    }

    private static HolderWriter Writer(StoredRings rings, HolderStream stream, SlowReader reader) => new(
        stream,
        reader,
        new HolderRegistry(rings.Catalog, rings.Membership, rings.Time),
        rings.Catalog,
        rings.Membership,
        new Freshness(rings.Membership, rings.Store, RollingRing.Timing),
        rings.Builder,
        rings.Time,
        NullLogger.Instance);

    private sealed class SlowReader(StoredRings rings) : IServerStreamWriter<SubscribeResponse>
    {
        public ConcurrentQueue<SubscribeResponse> Heard { get; } = new();

        public TimeSpan Pause { get; set; }

        public Action<SubscribeResponse> OnWrite { get; init; } = _ => { };

        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(SubscribeResponse message) => WriteAsync(message, CancellationToken.None);

        public Task WriteAsync(SubscribeResponse message, CancellationToken cancellationToken)
        {
            OnWrite(message);
            Heard.Enqueue(message.Clone());
            rings.Time.Advance(Pause);
            return Task.CompletedTask;
        }
    }
}
