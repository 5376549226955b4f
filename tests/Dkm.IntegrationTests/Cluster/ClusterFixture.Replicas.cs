namespace Dkm.IntegrationTests.Cluster;

using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.KeyRing.V1;
using Dkm.Testing;
using Dkm.Testing.Services;
using Dkm.Transport;
using Grpc.Core;
using Grpc.Net.Client;
using Xunit.Sdk;

/// <content>Ways to its single replicas: their ports, what they say, their logs.</content>
public sealed partial class ClusterFixture
{
    /// <summary>In the order of their ports.</summary>
    private static readonly string[] Listeners = ["access-1", "access-2", "keyring-1", "keyring-2", "crypto-1", "crypto-2"];

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5) };

    private readonly ConcurrentDictionary<(string Replica, string Identity), GrpcChannel> channels = new();

    public static IReadOnlyList<string> ReplicasOf(string service) => [$"{service}-1", $"{service}-2"];

    public string RootFile(string service) => Path.Combine(Home, "roots", service + ".root");

    /// <summary>What both replicas of a service were started with.</summary>
    public string ConfigurationFile(string service) => Path.Combine(Home, "config", service + ".json");

    /// <summary>One replica, as the development administrator or another identity of the home.</summary>
    public GrpcChannel Channel(string replica, string identity = "admin") =>
        channels.GetOrAdd((replica, identity), _ => Open(new Uri($"https://127.0.0.1:{FirstPort + Array.IndexOf(Listeners, replica)}"), identity));

    /// <summary>What a replica's plain port says; nothing while it is not there.</summary>
    public async Task<(HttpStatusCode? Status, string Text)> ReadyzAsync(string replica)
    {
        try
        {
            var address = new Uri($"http://127.0.0.1:{FirstPort + 6 + Array.IndexOf(Listeners, replica)}/readyz");
            using var answer = await Http.GetAsync(address, Token);
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Token));
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException { InnerException: TimeoutException })
        {
            return (null, string.Empty);
        }
    }

    /// <summary>Ready, and nothing to complain of.</summary>
    public Task UntilWellAsync(params IEnumerable<string> replicas) => Task.WhenAll(replicas.Select(replica => UntilReadyzAsync(
        replica, HttpStatusCode.OK, text => !text.Contains(Reasons.StoreRefused, StringComparison.Ordinal) && !text.Contains("expected", StringComparison.Ordinal), "has no trouble")));

    /// <summary>Waits until a replica's plain port answers so. It asks a few times a second.</summary>
    public async Task UntilReadyzAsync(string replica, HttpStatusCode status, Func<string, bool> wanted, string what)
    {
        (HttpStatusCode? Status, string Text) answer = default;
        try
        {
            await Eventually.TrueAsync(
                async () =>
                {
                    answer = await ReadyzAsync(replica);
                    return answer.Status == status && wanted(answer.Text);
                },
                $"{replica} answers {status} and {what}",
                60,
                Pause);
        }
        catch (TrueException exception)
        {
            throw new InvalidOperationException($"{replica} answers {answer.Status} {answer.Text}, and has written: {string.Join('\n', Log(replica).Split('\n').TakeLast(5))}", exception);
        }
    }

    /// <summary>Waits until each replica of KeyRing lists keys of a ring that are as they should be.</summary>
    internal Task UntilEachSaysAsync(string ring, Func<IReadOnlyList<Key>, bool> wanted) => Task.WhenAll(ReplicasOf("keyring").Select(replica => Eventually.TrueAsync(
        async () => await ListKeysAsync(replica, ring) is { } keys && wanted(keys), $"{replica} has the keys of {ring}", 60, Pause)));

    internal async Task<int> HoldersAsync(string replica, string ring) =>
        (await new KeyRingService.KeyRingServiceClient(Channel(replica)).GetKeyRingStatusAsync(new() { Name = ring }, cancellationToken: Token)).Holders.Count;

    /// <summary>The keys of a ring as one replica has them; null while it does not say.</summary>
    internal async Task<IReadOnlyList<Key>?> ListKeysAsync(string replica, string ring)
    {
        try
        {
            var client = new KeyRingService.KeyRingServiceClient(Channel(replica));
            return [.. (await client.ListKeysAsync(new() { KeyRing = ring, PageSize = 1000 }, cancellationToken: Token)).Keys];
        }
        catch (RpcException)
        {
            return null;
        }
    }

    /// <summary>What a process has written since its first start.</summary>
    public string Log(string name)
    {
        using var reader = new StreamReader(new FileStream(Path.Combine(Home, "logs", name + ".log"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }

    /// <summary>Starts a replica with one more setting in its service's file, which is as it was when this returns.</summary>
    /// <param name="name">Of the replica.</param>
    /// <param name="change">To the section <c>Store</c>.</param>
    /// <param name="read">Ends when the replica has read the file.</param>
    public async Task StartWithAsync(string name, Action<JsonObject> change, Func<Task> read)
    {
        var file = ConfigurationFile(name.Split('-')[0]);
        var before = await File.ReadAllTextAsync(file, Token);
        var changed = JsonNode.Parse(before)!;
        change(changed["Store"]!.AsObject());
        await File.WriteAllTextAsync(file, changed.ToString(), Token);
        try
        {
            await StartAsync(name);
            await read();
        }
        finally
        {
            await File.WriteAllTextAsync(file, before, CancellationToken.None);
        }
    }

    /// <summary>What <c>dkm doctor</c> finds, and its exit code.</summary>
    internal async Task<(int ExitCode, IReadOnlyList<(string Name, string Detail, string Advice)> Checks)> DoctorAsync()
    {
        var result = await DkmAsync("doctor", "--output", "json");
        using var answer = JsonDocument.Parse(result.OutputBytes);
        return (result.ExitCode, [.. answer.RootElement.GetProperty("checks").EnumerateArray().Select(check => (
            check.GetProperty("name").GetString()!,
            check.GetProperty("detail").GetString()!,
            check.TryGetProperty("advice", out var advice) ? advice.GetString() ?? string.Empty : string.Empty))]);
    }

    /// <summary>A channel to any address; the caller disposes it.</summary>
    public GrpcChannel Open(Uri address, string identity)
    {
        var directory = DkmHome.IdentityDirectory(Home, identity);
        return TestServers.Channel(address, X509Certificate2.CreateFromPemFile(Path.Combine(directory, "tls.crt"), Path.Combine(directory, "tls.key")));
    }
}
