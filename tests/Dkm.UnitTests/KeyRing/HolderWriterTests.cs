namespace Dkm.UnitTests.KeyRing;

using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Core.Authorization;
using Dkm.KeyRing.Distribution;
using Dkm.KeyRing.Rings;
using Dkm.KeyRing.V1;
using Dkm.Testing;
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
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

        var heard = reader.Heard.Skip(1).Take(2).ToList();
        Assert.Equal(2, heard[0].KeySet.Revision);
        Assert.Equal((true, RollingRing.Start), (heard[1].Heartbeat.RenewsLeases, heard[1].Heartbeat.SendTime.ToDateTimeOffset()));
    }

    private static async Task<RingView> HeldAsync(StoredRings rings)
    {
        rings.Membership.Set(GroupEntry.Create("workers", "uid", GroupKind.Workload, [Worker]));
        return await rings.AddAsync("ring", bindings: [new RingBinding("workers", "uid", [RingPermission.Hold])]);
    }

    private static HolderWriter Writer(StoredRings rings, HolderStream stream, SlowReader reader) => new(
        stream,
        reader,
        new HolderRegistry(rings.Catalog, rings.Membership),
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

        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(SubscribeResponse message) => WriteAsync(message, CancellationToken.None);

        public Task WriteAsync(SubscribeResponse message, CancellationToken cancellationToken)
        {
            Heard.Enqueue(message.Clone());
            rings.Time.Advance(Pause);
            return Task.CompletedTask;
        }
    }
}
