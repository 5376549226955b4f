namespace Dkm.IntegrationTests.Hosting;

using System;
using System.IO;
using System.Threading.Tasks;
using Dkm.Access;
using Dkm.Access.V1;
using Dkm.Core;
using Dkm.Testing;
using Dkm.Testing.Certificates;
using Dkm.Testing.Services;
using Xunit;

/// <summary>What docs/metrics.md promises arrives at a collector: our metrics, the framework's, and a span for each call.</summary>
public sealed class TelemetryExportTests : IDisposable
{
    private readonly TestPki pki = new();

    public void Dispose() => pki.Dispose();

    [Fact]
    public async Task Call_WithACollector_IsMeasuredAndTraced()
    {
        await using var collector = await Collector.StartAsync();
        await using (var access = await RunningService.StartAsync(AccessService.Create(
            new AccessOptions
            {
                Server = TestServers.Options(pki, DkmService.Access) with { OtlpEndpoint = collector.Address },
                StoreFile = Path.Combine(pki.Directory, "access.db"),
                RootFile = Path.Combine(pki.Directory, "access.root"),
                FirstAdministrators = [SpiffeId.Parse(TestPki.Id("/human/admin"))],
            },
            TimeProvider.System)))
        {
            await access.ReadyAsync();
            using var admin = pki.Issue("/human/admin");
            using var channel = TestServers.Channel(access.Address, admin);
            await new GroupService.GroupServiceClient(channel).ListGroupsAsync(new ListGroupsRequest(), cancellationToken: TestContext.Current.CancellationToken);
        }

        // The end of a service sends what is left; what is asked of its parts only while they live is not in that.
        foreach (var text in (string[])
            ["dkm-access", "rpc.server.call.duration", "dkm.server.calls", "dkm.access.v1.GroupService/ListGroups", "dkm.store.refused",
             "kestrel.active_connections", "dotnet.process.cpu.time", "TraceService/Export", "Microsoft.AspNetCore"])
        {
            await Eventually.TrueAsync(() => collector.Has(text), $"the collector has {text}");
        }

        Assert.False(collector.Has("/human/admin"), "an identity was exported");
    }
}
