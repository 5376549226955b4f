namespace Dkm.Testing.Etcd;

using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Storage;
using Microsoft.Extensions.Logging.Abstractions;

/// <summary>
/// Three members of a real etcd as processes on loopback, for tests that pause, kill and restart them. Each test makes its own. The program is that of
/// <c>DKM_TEST_ETCD</c>, else the <c>etcd</c> of the path.
/// </summary>
public sealed class EtcdProcesses : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly EtcdPki pki = new();
    private readonly Func<IReadOnlyList<string>, IEnumerable<string>> adapt;
    private readonly int[] ports = FreePorts(2 * EtcdArguments.Members);
    private readonly Process?[] processes = new Process?[EtcdArguments.Members];

    private EtcdProcesses(Func<IReadOnlyList<string>, IEnumerable<string>>? adapt) => this.adapt = adapt ?? (arguments => arguments);

    public IReadOnlyList<Uri> Endpoints => [.. Enumerable.Range(0, EtcdArguments.Members).Select(i => new Uri(ClientUrl(i)))];

    public EtcdPki Pki => pki;

    /// <summary>Ready when this returns: it has a leader and takes writes.</summary>
    /// <param name="adapt">Changes the arguments of each member.</param>
    /// <param name="wait">False for members that our store is going to refuse.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<EtcdProcesses> StartAsync(
        Func<IReadOnlyList<string>, IEnumerable<string>>? adapt = null, bool wait = true, CancellationToken cancellationToken = default)
    {
        var cluster = new EtcdProcesses(adapt);
        try
        {
            for (var member = 0; member < EtcdArguments.Members; member++)
            {
                cluster.Start(member);
            }

            if (wait)
            {
                await EtcdReadiness.WaitAsync(cluster.Options(), StartLimit, cancellationToken);
            }

            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Options of a client; its name is its user in etcd's eyes.</summary>
    public EtcdStoreOptions Options(string client = "dkm-test") => pki.Options(client, [.. Endpoints]);

    public Task<EtcdStore> OpenStoreAsync(string client = "dkm-test", CancellationToken cancellationToken = default) =>
        EtcdStore.OpenAsync(Options(client), TimeProvider.System, NullLogger.Instance, cancellationToken);

    /// <summary>Where a member keeps what it stores.</summary>
    public string DataDirectory(int member) => Path.Combine(pki.Directory, EtcdArguments.Name(member));

    /// <summary>Starts a member, or starts one again that was killed.</summary>
    public void Start(int member)
    {
        var peers = Enumerable.Range(0, EtcdArguments.Members).Select(PeerUrl).ToList();
        var arguments = adapt(EtcdArguments.Of(member, DataDirectory(member), pki.Directory, "127.0.0.1", ClientUrl(member), peers));
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DKM_TEST_ETCD") is { Length: > 0 } program ? program : "etcd", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start) ?? throw new InvalidOperationException("etcd did not start");

        // Read and forgotten: a full pipe would stop the member.
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        processes[member] = process;
    }

    /// <summary>SIGSTOP: connections stay open and nothing is answered.</summary>
    public void Pause(int member) => Signal(member, "STOP");

    /// <summary>SIGCONT.</summary>
    public void Resume(int member) => Signal(member, "CONT");

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync(int member)
    {
        if (processes[member] is { } process)
        {
            processes[member] = null;
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    /// <summary>The member that leads etcd, as member <paramref name="asked"/> sees it.</summary>
    public async Task<int> LeaderAsync(int asked = 0)
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, EtcdArguments.Members).Select(StatusAsync));
        return Array.FindIndex(ids, status => status.Header.MemberId == ids[asked].Leader);
    }

    public async ValueTask DisposeAsync()
    {
        for (var member = 0; member < EtcdArguments.Members; member++)
        {
            await KillAsync(member);
        }

        pki.Dispose();
    }

    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        listeners.ForEach(listener => listener.Dispose());
        return ports;
    }

    private async Task<Etcdserverpb.StatusResponse> StatusAsync(int member)
    {
        using var channel = EtcdPlainChannel.Open(Options() with { Endpoints = [Endpoints[member]] });
        return await new Etcdserverpb.Maintenance.MaintenanceClient(channel).StatusAsync(new Etcdserverpb.StatusRequest());
    }

    private string ClientUrl(int member) => string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{ports[member]}");

    private string PeerUrl(int member) => string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{ports[EtcdArguments.Members + member]}");

    private void Signal(int member, string signal)
    {
        var id = processes[member]!.Id.ToString(CultureInfo.InvariantCulture);
        using var kill = Process.Start("kill", [$"-{signal}", id]);
        kill.WaitForExit();
    }
}
