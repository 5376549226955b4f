namespace Dkm.IntegrationTests.Hosting;

using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics.Metrics;
using System.Linq;
using System.Threading.Tasks;
using Dkm.Access.V1;
using Dkm.Core;
using Dkm.Hosting;
using Dkm.Hosting.Policy;
using Dkm.Testing;
using Dkm.Testing.Certificates;
using Dkm.Testing.Services;
using Google.Protobuf.WellKnownTypes;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using Core = Dkm.Core.Authorization;

/// <summary>The replica of the policy against an Access that misbehaves as told, over real TLS.</summary>
public sealed class PolicyReplicaTests : IAsyncLifetime
{
    private readonly TestPki pki = new();
    private readonly FakePolicy access = new();
    private readonly ConcurrentQueue<Core.PolicySnapshot> heard = new();
    private RunningService service = null!;
    private GrpcChannel channel = null!;
    private PolicyReplica replica = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = DkmServer.CreateBuilder(TestServers.Options(pki, DkmService.Access, HostingFixture.QuickLimits), TimeProvider.System);
        builder.Services.AddSingleton<IGroupMembership>(new FakeMembership());
        builder.Services.AddDkmService<FakePolicy>().AddSingleton(access);
        var app = builder.Build();
        app.MapDkmService<FakePolicy>(PolicyService.Descriptor);
        service = await RunningService.StartAsync(app);
        channel = TestServers.Channel(service.Address, pki.Issue("/dkm/keyring"));
        replica = new PolicyReplica(
            channel.CreateCallInvoker(),
            new PolicyReplicaOptions { FirstBackoff = TimeSpan.FromMilliseconds(10), Silence = TimeSpan.FromSeconds(1) },
            TimeProvider.System,
            NullLogger<PolicyReplica>.Instance);
        replica.OnChange(heard.Enqueue);
        await replica.StartAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await replica.StopAsync(TestContext.Current.CancellationToken);
        replica.Dispose();
        channel.Dispose();
        await service.DisposeAsync();
        pki.Dispose();
    }

    [Fact]
    public async Task Follow_SnapshotChangesHeartbeats_ReadyFreshAndTold()
    {
        Assert.False(replica.Ready);
        Assert.Equal(TimeSpan.MaxValue, replica.Age);
        var stream = access.NextStream(Snapshot(1, "a"));
        await Eventually.TrueAsync(() => replica.Ready, "ready");

        stream.TryWrite(Change(1, 2, "b"));
        await Eventually.TrueAsync(() => replica.Current.FindByName("b") is not null, "the change");
        stream.TryWrite(Heartbeat(2, DateTimeOffset.UtcNow.AddMilliseconds(-1)));
        await Eventually.TrueAsync(() => replica.Age < TimeSpan.FromSeconds(10), "confirmed");

        Assert.Equal([1L, 2L], heard.Select(snapshot => snapshot.Version.Number));
        Assert.Equal(1, access.Streams);
    }

    [Fact]
    public async Task Follow_Gap_ReconnectsAndIsRight()
    {
        access.NextStream(Snapshot(1, "a"), Change(2, 3, "lost"));
        access.NextStream(Snapshot(3, "a", "c"));

        await Eventually.TrueAsync(() => replica.Current.Version.Number == 3, "the second snapshot");

        Assert.Null(replica.Current.FindByName("lost"));
        Assert.NotNull(replica.Current.FindByName("c"));
    }

    [Fact]
    public async Task Follow_StreamEnds_KeepsWhatItHasAndComesBack()
    {
        access.NextStream(Snapshot(1, "a")).TryComplete();
        await Eventually.TrueAsync(() => access.Streams >= 2, "a second stream");

        // On a slow machine the first stream may have been given up for its silence before the script came.
        await Eventually.TrueAsync(() => replica.Current.FindByName("a") is not null, "the first snapshot");

        access.NextStream(Snapshot(2, "b"));

        await Eventually.TrueAsync(() => replica.Current.Version.Number == 2, "the new snapshot");
    }

    [Fact]
    public async Task Follow_OlderSnapshot_RefusedAndAskedAgain()
    {
        access.NextStream(Snapshot(5, "a")).TryComplete();
        await Eventually.TrueAsync(() => replica.Ready, "ready");

        access.NextStream(Snapshot(4, "old"));
        await Eventually.TrueAsync(() => access.Streams >= 3, "the older one was given up");

        Assert.Equal(5, replica.Current.Version.Number);
        Assert.Null(replica.Current.FindByName("old"));
    }

    /// <summary>Whoever watches the metric wants to see the silence, which brings no message that could be measured.</summary>
    [Fact]
    public async Task Follow_AccessSilent_TheMeasuredAgeGrows()
    {
        access.NextStream(Snapshot(1, "a"));
        await Eventually.TrueAsync(() => replica.Ready && replica.Age > TimeSpan.FromSeconds(61), "a second of silence; it was a minute old when it came");

        // Of several replicas in this process the oldest counts.
        var age = replica.Age.TotalSeconds;
        Assert.True(MeasuredAge() >= age);
    }

    [Fact]
    public async Task Follow_AnotherAccessThatConfirmedLongerAgo_NothingBecomesOlder()
    {
        access.NextStream(Snapshot(1, "a"), Heartbeat(1, DateTimeOffset.UtcNow)).TryComplete();
        await Eventually.TrueAsync(() => replica.Age < TimeSpan.FromSeconds(10), "confirmed");

        access.NextStream(Snapshot(1, "a"), Heartbeat(1, DateTimeOffset.UtcNow.AddMinutes(-1)), Change(1, 2, "b"));
        await Eventually.TrueAsync(() => replica.Current.FindByName("b") is not null, "the other one's change");

        Assert.InRange(replica.Age, TimeSpan.Zero, TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Follow_AccessSilent_GivesTheStreamUp()
    {
        access.NextStream(Snapshot(1, "a"));

        await Eventually.TrueAsync(() => access.Streams >= 2, "another stream after the silence");

        Assert.True(replica.Ready);
    }

    private static double? MeasuredAge()
    {
        double? measured = null;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "dkm.policy.age")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((_, age, _, _) => measured = age);
        listener.Start();
        listener.RecordObservableInstruments();
        return measured;
    }

    private static WatchPolicyResponse Snapshot(long number, params IEnumerable<string> groups) => new()
    {
        Snapshot = new PolicySnapshot
        {
            Version = Version(number),
            Groups = { groups.Select(Group) },
            ConfirmTime = Timestamp.FromDateTimeOffset(DateTimeOffset.UtcNow.AddMinutes(-1)),
        },
    };

    private static WatchPolicyResponse Change(long from, long to, string group) => new()
    {
        Change = new PolicyChange { PreviousVersion = Version(from), Version = Version(to), UpdatedGroups = { Group(group) } },
    };

    private static WatchPolicyResponse Heartbeat(long number, DateTimeOffset confirmTime) => new()
    {
        Heartbeat = new PolicyHeartbeat { Version = Version(number), ConfirmTime = Timestamp.FromDateTimeOffset(confirmTime) },
    };

    private static PolicyGroup Group(string name) => new() { Name = name, Uid = "uid-" + name, Kind = Dkm.Access.V1.Group.Types.Kind.Workload };

    private static PolicyVersion Version(long number) => new() { Epoch = 1, Number = number };
}
