namespace Dkm.IntegrationTests.Cluster;

using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using Dkm.IntegrationTests.Cli;
using Dkm.Storage;
using Dkm.Testing;
using Dkm.Testing.Etcd;
using Etcdserverpb;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

/// <content>Its etcd, with root's rights.</content>
public sealed partial class ClusterFixture
{
    /// <summary>So small that a test can use it up; nothing else comes near it.</summary>
    private const int EtcdQuota = 32 << 20;

    public static IReadOnlyList<string> EtcdMembers { get; } = ["etcd-0", "etcd-1", "etcd-2"];

    public string DataDirectory(string member) => Path.Combine(Home, "data", member);

    /// <summary>The name of the member that leads etcd, or of one that does not.</summary>
    public async Task<string> EtcdMemberAsync(bool leader)
    {
        var options = EtcdOptions();
        StatusResponse[] members = [];
        await Eventually.TrueAsync(
            async () =>
            {
                members = await Task.WhenAll(options.Endpoints.Select(endpoint => StatusAsync(options with { Endpoints = [endpoint] })));
                return members.All(member => member.Leader != 0 && member.Leader == members[0].Leader);
            },
            "the members of etcd know one leader",
            60);
        return $"etcd-{Array.FindIndex(members, member => member.Header.MemberId == member.Leader == leader)}";
    }

    /// <summary>The way to etcd that KeyRing has.</summary>
    public EtcdStoreOptions EtcdOptions()
    {
        var etcd = KeyRingConfiguration()["Store"]!["Etcd"]!;
        return new EtcdStoreOptions
        {
            Endpoints = [.. etcd["Endpoints"]!.AsArray().Select(endpoint => new Uri(endpoint!.GetValue<string>()))],
            CertificateFile = etcd["CertificateFile"]!.GetValue<string>(),
            KeyFile = etcd["KeyFile"]!.GetValue<string>(),
            CaFile = etcd["CaFile"]!.GetValue<string>(),
        };
    }

    /// <summary>Options for a client that etcd knows by the CN of its certificate: <c>root</c>, <c>dkm-access</c>, <c>dkm-keyring</c>.</summary>
    public EtcdStoreOptions EtcdOptions(string client) => EtcdOptions() with
    {
        CertificateFile = Path.Combine(Home, "pki", client, "tls.crt"),
        KeyFile = Path.Combine(Home, "pki", client, "tls.key"),
        CaFile = Path.Combine(Home, "pki", client, "ca.crt"),
    };

    /// <summary>Whoever has stolen etcd's root: a raw client that may write what it likes.</summary>
    public Task<EtcdStore> OpenEtcdAsync() =>
        EtcdStore.OpenAsync(EtcdOptions("root"), TimeProvider.System, NullLogger.Instance, Token);

    /// <summary>What the documentation of etcd and <c>dkm doctor</c> say of a database that has used up its quota.</summary>
    public async Task MakeRoomInEtcdAsync()
    {
        var endpoints = EtcdOptions("root").Endpoints;
        using var status = JsonDocument.Parse(await EtcdctlAsync(endpoints.Take(1), "endpoint", "status", "--write-out=json"));
        var revision = status.RootElement[0].GetProperty("Status").GetProperty("header").GetProperty("revision").GetInt64();
        await EtcdctlAsync(endpoints, "compact", "--physical", revision.ToString(CultureInfo.InvariantCulture));
        await EtcdctlAsync(endpoints, "defrag");
        await EtcdctlAsync(endpoints, "alarm", "disarm");
    }

    private static async Task<StatusResponse> StatusAsync(EtcdStoreOptions options)
    {
        using var channel = EtcdPlainChannel.Open(options);
        try
        {
            return await new Maintenance.MaintenanceClient(channel).StatusAsync(new StatusRequest(), deadline: TimeProvider.System.GetUtcNow().UtcDateTime + TimeSpan.FromSeconds(5));
        }
        catch (RpcException)
        {
            // Not there yet: it knows no leader either.
            return new StatusResponse { Header = new ResponseHeader() };
        }
    }

    /// <summary>The script passes on no settings of etcd's from its environment; so the etcd that it finds on the path has one of its own.</summary>
    private string EtcdWithQuota()
    {
        var directory = Directory.CreateDirectory(Path.Combine(folder, "etcd")).FullName;
        var file = Path.Combine(directory, "etcd");
        File.WriteAllText(file, $"#!/bin/sh\nPATH=${{PATH#*:}}\nexec etcd --quota-backend-bytes={EtcdQuota} \"$@\"\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        return directory;
    }

    /// <summary>As root.</summary>
    private async Task<string> EtcdctlAsync(IEnumerable<Uri> endpoints, params string[] arguments)
    {
        var root = EtcdOptions("root");
        string[] all =
        [
            $"--endpoints={string.Join(',', endpoints.Select(endpoint => endpoint.ToString().TrimEnd('/')))}",
            $"--cacert={root.CaFile}", $"--cert={root.CertificateFile}", $"--key={root.KeyFile}", .. arguments,
        ];
        var result = await ChildProcess.RunAsync("etcdctl", all, new Dictionary<string, string>(environment) { ["ETCDCTL_API"] = "3" }, folder: folder);
        Assert.True(result.ExitCode == 0, $"etcdctl {string.Join(' ', arguments)}: {result.ExitCode} {result.Error}{result.Output}");
        return result.Output;
    }
}
