namespace Dkm.UnitTests.KeyRing;

using System;
using System.Collections.Immutable;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Core.Authorization;
using Dkm.Hosting;
using Dkm.KeyRing;
using Dkm.KeyRing.Distribution;
using Dkm.KeyRing.Keys;
using Dkm.KeyRing.Rings;
using Dkm.KeyRing.Rollover;
using Dkm.Storage;
using Dkm.Testing.Services;
using Dkm.Testing.Storage;
using Dkm.Transport;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

/// <summary>KeyRing's records and what leads rollover, over a store in memory, on a clock that stands still, without a server.</summary>
internal sealed class StoredRings : IAsyncDisposable
{
    /// <summary>Holds as long as nobody leads.</summary>
    public static readonly StoreCompare Fence = StoreCompare.Absent(StorePath.Election("keyring", "rollover"));

    private readonly StoreDirectory directory = new();
    private readonly LoggerFactory logs;
    private readonly KeyMaterials materials;

    private StoredRings()
    {
        Faults = new FaultyStore(new MemoryStore(Time));
        logs = new LoggerFactory([Log]);
        materials = new KeyMaterials(Catalog, new ColdMaterials(Catalog), Time);
        Schedule = new RolloverSchedule(Catalog, RollingRing.Timing, Time);
        Store = new KeyRingStore(Options(), Faults, Catalog, materials, RollingRing.Timing, Time, NullLogger<KeyRingStore>.Instance);
        Repository = new RingRepository(Store, materials, Time, NullLogger<RingRepository>.Instance);
        Builder = new KeySetBuilder(materials, Time);
        Due = new DueRings(Schedule, Repository, RollingRing.Timing, Time, logs.CreateLogger<DueRings>());
    }

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public FakeTimeProvider Time { get; } = new(RollingRing.Start);

    public LogCollector Log { get; } = new();

    public FaultyStore Faults { get; }

    public RingCatalog Catalog { get; } = new();

    public RolloverSchedule Schedule { get; }

    public KeyRingStore Store { get; }

    public RingRepository Repository { get; }

    public KeySetBuilder Builder { get; }

    public FakeMembership Membership { get; } = new();

    public DueRings Due { get; }

    public static async Task<StoredRings> OpenAsync()
    {
        var rings = new StoredRings();
        await rings.Store.StartAsync(Token);
        await rings.Store.WaitAsync(Token);
        return rings;
    }

    /// <summary>A ring with one key, active since now.</summary>
    public async Task<RingView> AddAsync(string name, RingPolicy? policy = null, string? requestId = null, ImmutableArray<RingBinding> bindings = default)
    {
        var now = Time.GetUtcNow();
        var ring = new Ring
        {
            Name = name,
            Uid = Repository.NewId(),
            Policy = policy ?? RingPolicy.Default,
            Bindings = bindings.IsDefault ? [] : bindings,
            CreateTime = now,
            UpdateTime = now,
            Revision = 1,
            RequestId = requestId ?? string.Empty,
            WrappingKeyId = Store.DefaultWrappingKeyId,
        };
        var key = await materials.CreateAsync(ring.WrappingKeyId, now, RolloverRule.First(now, RollingRing.Timing), Token);
        var note = requestId is null ? null : new RequestNote(requestId, [1], ring.Uid, KeyId: null, now);
        await Repository.CommitAsync(new RingChange(null, new RingView(ring, [key])), note, long.MaxValue, Token);
        return Catalog.Find(name)!;
    }

    public int KeysOf(string name) => Catalog.Find(name)!.Keys.Length;

    /// <summary>Sets the clock to when the ring has to do something.</summary>
    public void GoToNext(RingView view) => Time.SetUtcNow(RolloverRule.NextTime(view.Times(RollingRing.Timing), Time.GetUtcNow()));

    public Task RollAsync() => Due.RunAsync(Fence, Token);

    public async ValueTask DisposeAsync()
    {
        await Store.StopAsync(CancellationToken.None);
        Store.Dispose();
        Schedule.Dispose();
        materials.Dispose();
        logs.Dispose();
        directory.Dispose();
    }

    private KeyRingOptions Options() => new()
    {
        Server = new ServerOptions
        {
            Service = DkmService.KeyRing,
            Development = true,
            CertificateFile = "none",
            KeyFile = "none",
            Trust = new TrustOptions { TrustDomain = "dkm.test" },
        },
        Access = new Uri("https://access.invalid"),
        RootFile = directory.File("keyring.root"),
    };
}
