namespace Dkm.IntegrationTests.Cluster;

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.IntegrationTests.Cli;
using Dkm.Storage;
using Dkm.Testing;
using Xunit;

/// <content>etcd's own snapshots, saved and put back as its documentation says.</content>
public sealed partial class ClusterFixture
{
    /// <summary>Answers the snapshot's file.</summary>
    public async Task<string> SaveSnapshotAsync()
    {
        var file = Path.Combine(folder, $"snapshot-{Guid.NewGuid():n}.db");
        await EtcdctlAsync(EtcdOptions("root").Endpoints.Take(1), "snapshot", "save", file);
        return file;
    }

    /// <summary>Ends all members, makes their data directories anew from the snapshot and starts them again.</summary>
    public async Task PutBackAsync(string snapshot)
    {
        await Task.WhenAll(EtcdMembers.Select(member => SignalAsync(member, "KILL")));
        try
        {
            var peers = EtcdMembers.Select((name, i) => (Name: name, Url: $"https://127.0.0.1:{FirstPort + 15 + i}")).ToList();
            foreach (var (name, url) in peers)
            {
                Directory.Delete(DataDirectory(name), recursive: true);
                await RestoreAsync(
                    "snapshot",
                    "restore",
                    snapshot,
                    $"--name={name}",
                    $"--data-dir={DataDirectory(name)}",
                    $"--initial-cluster={string.Join(',', peers.Select(peer => $"{peer.Name}={peer.Url}"))}",
                    $"--initial-advertise-peer-urls={url}");
            }
        }
        finally
        {
            await Task.WhenAll(EtcdMembers.Select(StartAsync));
        }

        await EtcdMemberAsync(leader: true);
        await Eventually.TrueAsync(AnswersAsync, "etcd answers again", 60);
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            await using var etcd = await OpenEtcdAsync();
            return (await etcd.GetAsync(StorePath.Cluster, 0, Token)).Entry is not null;
        }
        catch (DkmException exception) when (exception.Kind == ErrorKind.Unavailable)
        {
            return false;
        }
    }

    /// <summary>Since 3.6 it is <c>etcdutl</c> that restores.</summary>
    private async Task RestoreAsync(params string[] arguments)
    {
        var utility = Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(directory => File.Exists(Path.Combine(directory, "etcdutl")));
        var result = await ChildProcess.RunAsync(
            utility ? "etcdutl" : "etcdctl", arguments, new Dictionary<string, string>(environment) { ["ETCDCTL_API"] = "3" }, folder: folder);
        Assert.True(result.ExitCode == 0, $"{string.Join(' ', arguments)}: {result.ExitCode} {result.Error}{result.Output}");
    }
}
