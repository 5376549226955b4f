namespace Dkm.IntegrationTests.Held;

using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.IntegrationTests.Cluster;
using Dkm.IntegrationTests.KeyRing;
using Dkm.KeyRing.Keys;
using Dkm.KeyRing.V1;
using Dkm.Storage;
using Dkm.Testing;
using Dkm.Testing.Secrecy;
using Dkm.Testing.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

/// <summary>What a thief of etcd's disks or of a backup gets: no key of any kind, in no spelling.</summary>
[Collection(HeldCollection.Name)]
public sealed class NoKeyOnDiskTests(ClusterFixture cluster)
{
    private static readonly string[] Services = ["access", "keyring"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task DataDirectoriesAndSnapshot_Searched_HoldNoKeyButWhatWasPlanted()
    {
        await cluster.CreateRingAsync("secret/rolled", new());
        for (var i = 0; i < 4; i++)
        {
            await cluster.RollAsync("secret/rolled");
        }

        var scanner = new SecretScanner();
        await AddRingKeysAsync(scanner);
        await AddRootsAndStoreKeysAsync(scanner);
        Assert.True(scanner.Spellings > 20 * 9, "there are keys to look for");

        // Something that must be found, in each place, or a search that finds nothing says nothing.
        var planted = Encoding.ASCII.GetBytes($"planted-{Guid.NewGuid():n}");
        scanner.Add("planted", planted);
        await using var etcd = await cluster.OpenEtcdAsync();
        await etcd.CommitAsync(new StoreTransaction { Puts = [new StorePut("/planted", Encoding.ASCII.GetBytes(Convert.ToHexStringLower(planted)))] }, Token);
        foreach (var member in ClusterFixture.EtcdMembers)
        {
            await OnlyThePlantedAsync(scanner, Directory.EnumerateFiles(cluster.DataDirectory(member), "db", SearchOption.AllDirectories));
            await OnlyThePlantedAsync(scanner, Directory.EnumerateFiles(cluster.DataDirectory(member), "*.wal", SearchOption.AllDirectories));
        }

        await OnlyThePlantedAsync(scanner, [await cluster.SaveSnapshotAsync()]);
    }

    private static async Task OnlyThePlantedAsync(SecretScanner scanner, IEnumerable<string> files)
    {
        // What was written last may take a moment to reach the database.
        IReadOnlyCollection<string> found = [];
        await Eventually.TrueAsync(
            async () =>
            {
                var all = new List<string>();
                foreach (var file in files)
                {
                    all.AddRange(await FindInAsync(scanner, file));
                }

                found = [.. all.Distinct()];
                return found.Count > 0;
            },
            "what was planted is on the disk",
            30,
            TimeSpan.FromMilliseconds(500));
        Assert.Equal(["planted, as it is, lower hexadecimal"], found);
    }

    /// <summary>Through another process: .NET opens no file that etcd has locked.</summary>
    private static async Task<IReadOnlyCollection<string>> FindInAsync(SecretScanner scanner, string file)
    {
        using var cat = Process.Start(new ProcessStartInfo("cat", [file]) { RedirectStandardOutput = true })!;
        var found = await scanner.FindAsync(cat.StandardOutput.BaseStream, Token);
        await cat.WaitForExitAsync(Token);
        Assert.Equal(0, cat.ExitCode);
        return found;
    }

    /// <summary>As a holder gets them, and those that are archived as it asks for them.</summary>
    private async Task AddRingKeysAsync(SecretScanner scanner)
    {
        var client = new KeySetService.KeySetServiceClient(cluster.Channel("keyring-1", ClusterFixture.Worker));
        string[] rings = ["secret/rolled", ClusterFixture.Steady, ClusterFixture.Rolling];
        await using var holder = await TestHolder.OpenAsync(client, transient: true, rings);
        foreach (var ring in rings)
        {
            Assert.NotEmpty((await holder.SetAsync(ring)).Keys);
            foreach (var key in (await cluster.ListKeysAsync("keyring-1", ring))!)
            {
                Assert.True(KeyId.TryParse(key.Id, out var id));
                var resolved = await client.ResolveKeyAsync(new() { KeyId = Google.Protobuf.ByteString.CopyFrom(id.Value.ToByteArray()) }, cancellationToken: Token);
                Assert.Equal(32, resolved.Key.Material.Length);
                scanner.Add($"key {key.Id} of {ring}", resolved.Key.Material.Span);
            }
        }
    }

    private async Task AddRootsAndStoreKeysAsync(SecretScanner scanner)
    {
        foreach (var service in Services)
        {
            scanner.Add($"the root of {service}", await File.ReadAllBytesAsync(cluster.RootFile(service), Token));
            using var root = FileRoot.Open(cluster.RootFile(service));
            await using var etcd = await EtcdStore.OpenAsync(cluster.EtcdOptions("dkm-" + service), TimeProvider.System, NullLogger.Instance, Token);
            var clusterId = Encoding.ASCII.GetString((await etcd.GetAsync(StorePath.Cluster, 0, Token)).Entry!.Value.Span);
            foreach (var entry in (await etcd.RangeAsync(StorePath.Service(service) + "sealing/", null, 100, 0, Token)).Entries)
            {
                using var material = await root.UnwrapAsync(WrappedStoreKey.Read(entry.Value)!.Wrapped, Token);
                scanner.Add(entry.Path, Bytes(material));
                foreach (var label in (string[])["dkm/v1/store/record", "dkm/v1/store/manifest"])
                {
                    // What records are sealed with, and what the manifest's digest is made with.
                    scanner.Add($"{label} of {entry.Path}", SP800108HmacCounterKdf.DeriveBytes(
                        Bytes(material), HashAlgorithmName.SHA256, Encoding.ASCII.GetBytes(label), Encoding.ASCII.GetBytes($"{clusterId}/{service}"), 32));
                }
            }

            if (service == "keyring")
            {
                await AddWrappingKeysAsync(scanner, etcd, root);
            }
        }
    }

    private static async Task AddWrappingKeysAsync(SecretScanner scanner, EtcdStore etcd, FileRoot root)
    {
        var observer = new RecordingObserver();
        await using var store = await ServiceStore.OpenAsync(etcd, "keyring", root, observer, new ServiceStoreOptions(), TimeProvider.System, NullLogger.Instance, Token);
        var keys = observer.Records.Values.Where(record => record.Path.StartsWith(WrappingKey.Prefix, StringComparison.Ordinal)).Select(record => WrappingKey.Read(record.Body)).ToList();
        Assert.NotEmpty(keys);
        foreach (var key in keys)
        {
            using var clear = await root.UnwrapAsync(Assert.Single(key.Wraps).Wrapped, Token);
            scanner.Add($"wrapping key {key.Id}", Bytes(clear));
        }
    }

    private static byte[] Bytes(Dkm.Core.Secrets.SecretBytes secret)
    {
        using var reader = secret.Read();
        return reader.Span.ToArray();
    }
}
