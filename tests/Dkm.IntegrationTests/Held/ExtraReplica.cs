namespace Dkm.IntegrationTests.Held;

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Threading.Tasks;
using Dkm.IntegrationTests.Cli;
using Dkm.IntegrationTests.Cluster;
using Dkm.IntegrationTests.Transport;
using Dkm.Testing;
using Grpc.Net.Client;
using Xunit;

/// <summary>One replica more of a service of the cluster, as a process, whose ways to etcd can be cut without touching anybody else's.</summary>
internal sealed class ExtraReplica : IAsyncDisposable
{
    private readonly List<FreezableProxy> ways;
    private readonly string state = Directory.CreateTempSubdirectory("dkm-extra-").FullName;
    private readonly Uri health;
    private readonly ChildProcess process;

    private ExtraReplica(ClusterFixture cluster, string service)
    {
        ways = [.. cluster.EtcdOptions().Endpoints.Select(endpoint => new FreezableProxy(endpoint))];
        var ports = FreePorts();
        Address = new Uri($"https://127.0.0.1:{ports[0]}");
        health = new Uri($"http://127.0.0.1:{ports[1]}/readyz");
        process = ChildProcess.Start(
            Binaries.Find("dkm-" + service),
            [
                "--config", cluster.ConfigurationFile(service),
                $"--Server:Listen=127.0.0.1:{ports[0]}",
                $"--Server:Health=127.0.0.1:{ports[1]}",
                $"--Store:StateDirectory={state}",
                .. ways.Select((way, i) => $"--Store:Etcd:Endpoints:{i}={way.Address.ToString().TrimEnd('/')}"),
            ],
            new Dictionary<string, string>());
    }

    public Uri Address { get; }

    /// <summary>All that it has logged.</summary>
    public string Said => process.Said;

    public static async Task<ExtraReplica> StartAsync(ClusterFixture cluster, string service)
    {
        var replica = new ExtraReplica(cluster, service);
        try
        {
            await Eventually.TrueAsync(replica.IsReadyAsync, $"an extra {service} is ready; it said {replica.Said}", 60, TimeSpan.FromMilliseconds(200));
            return replica;
        }
        catch
        {
            await replica.DisposeAsync();
            throw;
        }
    }

    /// <summary>Connections to etcd break, and new ones get no answer.</summary>
    public void Cut() => ways.ForEach(way =>
    {
        way.Freeze();
        way.Cut();
    });

    public void Heal() => ways.ForEach(way => way.Thaw());

    public GrpcChannel Channel(ClusterFixture cluster, string identity) => cluster.Open(Address, identity);

    public async ValueTask DisposeAsync()
    {
        Heal();
        await process.DisposeAsync();
        ways.ForEach(way => way.Dispose());
        Directory.Delete(state, recursive: true);
    }

    private static int[] FreePorts()
    {
        var listeners = Enumerable.Range(0, 2).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        listeners.ForEach(listener => listener.Dispose());
        return ports;
    }

    private async Task<bool> IsReadyAsync()
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        try
        {
            return (await http.GetAsync(health, TestContext.Current.CancellationToken)).StatusCode == HttpStatusCode.OK;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException { InnerException: TimeoutException })
        {
            return false;
        }
    }
}
