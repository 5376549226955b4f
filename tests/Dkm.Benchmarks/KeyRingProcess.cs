namespace Dkm.Benchmarks;

using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Threading.Tasks;
using Dkm.Core;

/// <summary>
/// KeyRing as its own process: what it takes to be ready from its start. <c>DKM_BENCH_KEYRING</c> names a native one (<c>make aot</c>); by default it is the one that was built with this, whose code is
/// compiled while it starts.
/// </summary>
internal static class KeyRingProcess
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <returns>Seconds from the start of the process to the first yes of <c>/readyz</c>, and of processor time until then.</returns>
    public static Task<(double Seconds, double Processor)> ReadyAsync(EtcdInstallation installation) =>
        Environment.GetEnvironmentVariable("DKM_BENCH_KEYRING") is { } native
            ? RunAsync(installation, native, [], TakenAsync)
            : RunAsync(installation, "dotnet", [Path.Combine(AppContext.BaseDirectory, "dkm-keyring.dll")], TakenAsync);

    /// <returns>Bytes of managed memory that are in use in a replica of its own process, once it is ready and after a full collection.</returns>
    public static Task<long> MemoryAsync(EtcdInstallation installation) =>
        RunAsync(installation, "dotnet", [Path.Combine(AppContext.BaseDirectory, "Dkm.Benchmarks.dll"), MeasuredKeyRing.Command], async (process, _, output) =>
        {
            process.StandardInput.Close();
            return long.Parse((await output)[0].Trim().Split('\n')[^1], CultureInfo.InvariantCulture);
        });

    private static Task<(double Seconds, double Processor)> TakenAsync(Process process, Stopwatch watch, Task<string[]> output) =>
        Task.FromResult((watch.Elapsed.TotalSeconds, process.TotalProcessorTime.TotalSeconds));

    /// <summary>Starts one, waits until it is ready, asks what is wanted and ends it.</summary>
    private static async Task<T> RunAsync<T>(EtcdInstallation installation, string program, IEnumerable<string> first, Func<Process, Stopwatch, Task<string[]>, Task<T>> ask)
    {
        var port = FreePort();
        var start = new ProcessStartInfo(program, [.. first, .. Arguments(installation, port)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var watch = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var output = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        try
        {
            await UntilReadyAsync(process, port, watch);
            return await ask(process, watch, output);
        }
        catch (TimeoutException)
        {
            process.Kill();
            throw new TimeoutException(string.Join('\n', await output));
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    private static async Task UntilReadyAsync(Process process, int port, Stopwatch watch)
    {
        using var client = new HttpClient();
        var address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/readyz"));
        while (watch.Elapsed < Limit && !process.HasExited)
        {
            try
            {
                using var answer = await client.GetAsync(address);
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
                await Task.Yield();
            }

            await Task.Delay(10);
        }

        throw new TimeoutException("KeyRing did not become ready");
    }

    private static IEnumerable<string> Arguments(EtcdInstallation installation, int port)
    {
        var home = installation.Home;
        var server = home.Server(DkmService.KeyRing);
        var etcd = installation.Etcd("dkm-keyring");
        return
        [
            "--Development=true",
            "--Server:Listen=127.0.0.1:0",
            string.Create(CultureInfo.InvariantCulture, $"--Server:Health=127.0.0.1:{port}"),
            $"--Tls:TrustDomain={BenchHome.TrustDomain}",
            $"--Tls:CertificateFile={server.CertificateFile}",
            $"--Tls:KeyFile={server.KeyFile}",
            $"--Tls:ServiceCaFile={server.Trust.ServiceCaFile}",
            $"--Tls:WorkloadCaFile={server.Trust.WorkloadCaFile}",
            $"--Tls:HumanCaFile={server.Trust.HumanCaFile}",
            $"--Tls:ElevatedCaFile={server.Trust.ElevatedCaFile}",
            $"--Access:Address={installation.Access}",
            $"--Root:File={installation.KeyRingRoot}",
            $"--Store:StateDirectory={home.At("state", "process")}",
            $"--Store:Etcd:CertificateFile={etcd.CertificateFile}",
            $"--Store:Etcd:KeyFile={etcd.KeyFile}",
            $"--Store:Etcd:CaFile={etcd.CaFile}",
            .. etcd.Endpoints.Select((endpoint, i) => string.Create(CultureInfo.InvariantCulture, $"--Store:Etcd:Endpoints:{i}={endpoint}")),
        ];
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
