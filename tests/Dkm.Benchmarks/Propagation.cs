namespace Dkm.Benchmarks;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Crypto.V1;
using Dkm.KeyRing.V1;
using Google.Protobuf;
using Grpc.Core;

/// <summary>50 holders of 100 rings each, half of them at each of two KeyRing replicas, and a Crypto that is kept at half of what it can do.</summary>
internal sealed class Propagation : IAsyncDisposable
{
    public const int Holders = 50;
    public const int Rings = 100;
    private const int Callers = 256;

    private static readonly string[] Names = [.. Enumerable.Range(0, Rings).Select(i => $"bench/ring-{i:000}")];
    private static readonly string[] Members = [.. Enumerable.Range(0, Holders).Select(i => $"holder-{i:00}")];

    private readonly EtcdInstallation installation;
    private readonly List<BenchHolder> holders = [];
    private KeyRingService.KeyRingServiceClient administrator = null!;
    private PacedLoad? load;

    private Propagation(EtcdInstallation installation) => this.installation = installation;

    /// <summary>Encrypt calls that were answered in a second before anything was changed, and while it was.</summary>
    public (double Most, double Load) Calls { get; private set; }

    public static async Task<Propagation> StartAsync()
    {
        var propagation = new Propagation(await EtcdInstallation.StartAsync([.. Members.Append(BenchHome.Worker).Select(Id)]));
        try
        {
            await propagation.OpenAsync();
            return propagation;
        }
        catch
        {
            await propagation.DisposeAsync();
            throw;
        }
    }

    /// <summary>A ring gets a new key that is primary at once, at the first replica. Until the last holder has it.</summary>
    public async Task<Change> RollAsync(int turn)
    {
        var ring = Names[turn % Rings];
        var change = Change.Begin(holders);
        var key = await administrator.RolloverKeyRingAsync(new RolloverKeyRingRequest { Name = ring, Immediate = true });
        return await change.UntilAsync(holder => holder.When(ring, snapshot => snapshot?.Keys.Any(one => one.IdText == key.Id) == true));
    }

    /// <summary>The primary of a ring is disabled, at the first replica. Until no holder has it any more.</summary>
    public async Task<Change> DisableAsync(int turn)
    {
        var ring = Names[turn % Rings];
        var key = (await administrator.GetKeyRingAsync(new GetKeyRingRequest { Name = ring })).PrimaryKeyId;
        var change = Change.Begin(holders);
        await administrator.DisableKeyAsync(new DisableKeyRequest { KeyRing = ring, Id = key, Reason = "bench", ConfirmHolders = 10 * Holders });
        return await change.UntilAsync(holder => holder.When(ring, snapshot => snapshot?.Keys.All(one => one.IdText != key) == true));
    }

    /// <summary>One of the holders is taken out of the group, at Access. Until its last ring is gone; then it is put back.</summary>
    public async Task<Change> RemoveAsync(int turn)
    {
        var holder = holders[turn % Holders];
        var others = Members.Where(name => name != holder.Name).Append(BenchHome.Worker);
        var change = Change.Begin([holder]);
        await installation.SetMembersAsync(others.Select(Id));
        await change.UntilAsync(one => one.WhenAllWereLost());
        await installation.SetMembersAsync(others.Append(holder.Name).Select(Id));
        await Change.WaitAsync(() => holder.HasAll);
        return change;
    }

    public async Task LoadAsync()
    {
        await PacedLoad.MostAsync(Callers, TimeSpan.FromSeconds(2), EncryptAsync);
        var most = await PacedLoad.MostAsync(Callers, TimeSpan.FromSeconds(5), EncryptAsync);
        Calls = (most, 0);
        load = new PacedLoad(Callers, most / 2, EncryptAsync);
    }

    public async Task UnloadAsync()
    {
        Calls = Calls with { Load = load!.PerSecond };
        await load.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(holders.Select(holder => holder.DisposeAsync().AsTask()));
        await installation.DisposeAsync();
    }

    private static string Id(string workload) => BenchHome.Workload(workload).ToString();

    private Func<int, Task> EncryptAsync { get; set; } = _ => Task.CompletedTask;

    private async Task OpenAsync()
    {
        var first = await installation.StartKeyRingAsync();
        await installation.MakeRingAsync(first, "bench/first");
        await new RingFiller(await installation.OpenStoreAsync("dkm-keyring"), installation.KeyRingRoot, installation.Group).FillAsync(Names);
        var second = await installation.StartKeyRingAsync();
        administrator = installation.Administrator(first);
        foreach (var name in Members)
        {
            installation.Home.Issue(name);
            var keyRing = BenchHome.Address(holders.Count % 2 == 0 ? first : second);
            holders.Add(new BenchHolder(name, installation.Home.Call(name, DkmService.KeyRing, keyRing), Names));
        }

        var crypto = new CryptoService.CryptoServiceClient(
            installation.Home.Call(BenchHome.Worker, DkmService.Crypto, BenchHome.Address(await installation.StartCryptoAsync(first, second))));
        var data = ByteString.CopyFrom(new byte[256]);
        var requests = Names.Select(name => new EncryptRequest { KeyRing = name, Plaintext = data }).ToArray();
        var options = new CallOptions(deadline: DateTime.UtcNow.AddHours(1));
        EncryptAsync = i => crypto.EncryptAsync(requests[i % Rings], options).ResponseAsync;
        await Change.WaitAsync(() => holders.All(holder => holder.HasAll));
        for (var i = 0; i < Rings; i++)
        {
            await EncryptAsync(i);
        }
    }
}
