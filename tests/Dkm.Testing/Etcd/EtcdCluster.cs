namespace Dkm.Testing.Etcd;

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Storage;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;
using DotNet.Testcontainers.Networks;
using Microsoft.Extensions.Logging.Abstractions;

/// <summary>
/// Three members of a real etcd in containers, TLS on every connection. For tests that do not break it: it is shared. The image is that of
/// <c>DKM_TEST_ETCD_IMAGE</c>; tests/prepare.sh finds an engine and an image.
/// </summary>
public sealed class EtcdCluster : IAsyncDisposable
{
    private const string DefaultImage = "quay.io/coreos/etcd:v3.6.14";
    private const string Program = "/usr/local/bin/etcd";
    private const string Certificates = "/certificates";
    private const int ClientPort = 2379;
    private const int PeerPort = 2380;

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly EtcdPki pki = new();
    private readonly INetwork network = new NetworkBuilder().Build();
    private readonly List<IContainer> members = [];

    private EtcdCluster()
    {
    }

    public static string Image => Environment.GetEnvironmentVariable("DKM_TEST_ETCD_IMAGE") is { Length: > 0 } image ? image : DefaultImage;

    public IReadOnlyList<Uri> Endpoints { get; private set; } = [];

    public EtcdPki Pki => pki;

    /// <summary>Ready when this returns: it has a leader and takes writes.</summary>
    public static async Task<EtcdCluster> StartAsync(CancellationToken cancellationToken = default)
    {
        var cluster = new EtcdCluster();
        try
        {
            await cluster.RunAsync(cancellationToken);
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

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(members.Select(member => member.DisposeAsync().AsTask()));
        await network.DisposeAsync();
        pki.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        await network.CreateAsync(cancellationToken);
        var peers = Enumerable.Range(0, EtcdArguments.Members).Select(i => $"https://{EtcdArguments.Name(i)}:{PeerPort}").ToList();
        members.AddRange(Enumerable.Range(0, EtcdArguments.Members).Select(i => Build(i, peers)));
        await Task.WhenAll(members.Select(member => member.StartAsync(cancellationToken)));
        // Ports are published on this machine. Testcontainers takes the bridge's address where it thinks that it runs in a container; no certificate names that.
        Endpoints = [.. members.Select(member => new UriBuilder(Uri.UriSchemeHttps, "localhost", member.GetMappedPublicPort(ClientPort)).Uri)];
        await EtcdReadiness.WaitAsync(Options(), StartLimit, cancellationToken);
    }

    private IContainer Build(int member, IReadOnlyList<string> peers)
    {
        var name = EtcdArguments.Name(member);
        var arguments = EtcdArguments.Of(member, "/data/etcd", Certificates, "0.0.0.0", $"https://{name}:{ClientPort}", peers);
        var builder = new ContainerBuilder(Image)
            .WithNetwork(network)
            .WithNetworkAliases(name)
            .WithPortBinding(ClientPort, assignRandomHostPort: true)
            .WithTmpfsMount("/data")
            .WithEntrypoint(Program)
            .WithCommand([.. arguments]);
        return new[] { pki.CaFile, pki.MemberCertificateFile, pki.MemberKeyFile }
            .Aggregate(builder, (with, file) => with.WithResourceMapping(File.ReadAllBytes(file), $"{Certificates}/{Path.GetFileName(file)}"))
            .Build();
    }
}
