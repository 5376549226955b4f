namespace Dkm.UnitTests.KeyRing;

using System;
using System.Linq;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Core.Keys;
using Dkm.Hosting;
using Dkm.KeyRing;
using Dkm.KeyRing.Distribution;
using Dkm.KeyRing.Distribution.Holders;
using Dkm.KeyRing.Keys;
using Dkm.KeyRing.Keys.States;
using Dkm.KeyRing.Rings;
using Dkm.Testing;
using Xunit;

public sealed class KeyStateCommandTests
{
    private static readonly SpiffeId Admin = SpiffeId.Parse("spiffe://dkm.test/human/ada");

    [Fact]
    public async Task RunAsync_ByTurnsDisabledAndEnabled_EndsAtTheQuotaAndCompromisedIsStillMarked()
    {
        await using var world = await World.OpenAsync();
        for (var i = 0; i < StateChangeQuota.Burst; i++)
        {
            await world.RunAsync(i % 2 == 0 ? KeyAction.Disable : KeyAction.Enable, string.Empty);
        }

        await FailsAsync(() => world.RunAsync(KeyAction.Disable, string.Empty));
        world.Rings.Time.Advance(StateChangeQuota.Interval);
        await world.RunAsync(KeyAction.Disable, string.Empty);
        await FailsAsync(() => world.RunAsync(KeyAction.Enable, string.Empty));

        await world.RunAsync(KeyAction.Compromise, Guid.NewGuid().ToString());
        Assert.Equal(StoredKeyState.Compromised, world.Rings.Catalog.Find("ring")!.Find(world.Key)!.Facts.Stored);
    }

    [Fact]
    public async Task RunAsync_RefusedForItsHoldersMoreOftenThanTheQuota_IsDoneOnceConfirmed()
    {
        await using var world = await World.OpenAsync();
        world.Hold("spiffe://dkm.test/ns/a/sa/one", "spiffe://dkm.test/ns/a/sa/two");
        for (var i = 0; i <= StateChangeQuota.Burst; i++)
        {
            var refused = await Assert.ThrowsAsync<DkmException>(() => world.RunAsync(KeyAction.Disable, string.Empty));
            Assert.Equal(Reasons.ConfirmHolders, refused.Reason);
        }

        await world.RunAsync(KeyAction.Disable, string.Empty, confirm: 2);
    }

    [Fact]
    public async Task RunAsync_ManyLoseARace_AreDoneAsLongAsTheQuotaIsNotUsedUpWithoutRaces()
    {
        await using var world = await World.OpenAsync();
        for (var i = 0; i < StateChangeQuota.Burst; i += 2)
        {
            await world.DisableLosingARaceAsync();
            await world.RunAsync(KeyAction.Enable, string.Empty);
        }
    }

    [Fact]
    public async Task RunAsync_ManyRequestIds_NoMoreThanTheMaximumAreNoted()
    {
        await using var world = await World.OpenAsync();
        for (var i = 0; i < RequestNote.MaximumOfRing; i++)
        {
            world.Rings.Time.Advance(StateChangeQuota.Interval);
            await world.RunAsync(KeyAction.Disable, Guid.NewGuid().ToString());
            world.Rings.Time.Advance(StateChangeQuota.Interval);
            await world.RunAsync(KeyAction.Enable, string.Empty);
        }

        await FailsAsync(() => world.RunAsync(KeyAction.Disable, Guid.NewGuid().ToString()));

        Assert.Equal(RequestNote.MaximumOfRing, world.Rings.Catalog.Content.Requests.Count);
        await world.RunAsync(KeyAction.Disable, string.Empty);
    }

    [Theory]
    [InlineData("rest\u001b[2Kwiped")]
    [InlineData("two\nlines")]
    [InlineData("\u0085")]
    public async Task RunAsync_ReasonWithControlCharacters_InvalidArgumentNamesTheField(string reason)
    {
        await using var world = await World.OpenAsync();

        var thrown = await Assert.ThrowsAsync<DkmException>(() => world.RunAsync(KeyAction.Disable, string.Empty, reason));

        Assert.Equal((ErrorKind.InvalidArgument, "reason"), (thrown.Kind, thrown.Field));
    }

    private static async Task FailsAsync(Func<Task> call)
    {
        var thrown = await Assert.ThrowsAsync<DkmException>(call);
        Assert.Equal((ErrorKind.ResourceExhausted, Reasons.TooMany), (thrown.Kind, thrown.Reason));
    }

    /// <summary>A ring with an old key, and the command.</summary>
    private sealed class World(StoredRings rings, HolderRegistry registry, KeyMaterials materials, KeyId key) : IAsyncDisposable
    {
        private readonly KeyStateCommand command = new(
            rings.Catalog,
            rings.Repository,
            new RingAccess(rings.Catalog, rings.Store, rings.Membership, new LimitOptions(), rings.Time),
            materials,
            new BlastRadius(new HolderDirectory(registry, new ReplicaPresence(rings.Store, new ReplicaIdentity(rings.Time)))),
            new StateChangeQuota(rings.Time),
            new InstallationOptions(),
            RollingRing.Timing,
            rings.Time);

        public StoredRings Rings => rings;

        public KeyId Key => key;

        public static async Task<World> OpenAsync()
        {
            var rings = await StoredRings.OpenAsync();
            rings.Membership.SetAdministrators(Admin.ToString());
            var view = await rings.AddAsync("ring");
            rings.GoToNext(view);
            await rings.RollAsync();
            rings.Time.Advance(TimeSpan.FromDays(3));
            return new(rings, new HolderRegistry(rings.Catalog, rings.Membership, rings.Time), new KeyMaterials(rings.Catalog, new ColdMaterials(rings.Catalog), rings.Time), view.Keys.Single().Id);
        }

        public Task<(RingView View, RingKey Key)> RunAsync(KeyAction action, string requestId, string reason = "test", int confirm = 0) => command.RunAsync(
            new Caller(Admin, MethodTable.Find("/dkm.keyring.v1.KeyRingService/DisableKey")!),
            new KeyStateRequest(action, "ring", key.ToString(), Etag: string.Empty, reason) { RequestId = requestId, ConfirmHolders = confirm },
            StoredRings.Token);

        /// <summary>Somebody else changes the ring after it was looked at: while the holders on other replicas are asked for.</summary>
        public async Task DisableLosingARaceAsync()
        {
            var lost = false;
            rings.Faults.BeforePage = async _ =>
            {
                if (!lost)
                {
                    lost = true;
                    var view = rings.Catalog.Find("ring")!;
                    await rings.Repository.CommitAsync(RingChange.To(view, view.Ring, [], [], rings.Time.GetUtcNow()), note: null, long.MaxValue, StoredRings.Token);
                }
            };
            var running = RunAsync(KeyAction.Disable, string.Empty);
            await Eventually.TrueAsync(
                () =>
                {
                    rings.Time.Advance(TimeSpan.FromMilliseconds(30));
                    return running.IsCompleted;
                },
                "the change is made");
            await running;
            Assert.True(lost, "a race was lost");
        }

        public void Hold(params string[] identities)
        {
            foreach (var identity in identities)
            {
                var stream = new HolderStream(SpiffeId.Parse(identity), rings.Time.GetUtcNow());
                registry.Add(stream);
                registry.Want(stream, "ring");
                stream.Find("ring")!.SentRevision = 1;
            }
        }

        public async ValueTask DisposeAsync()
        {
            registry.Dispose();
            materials.Dispose();
            await rings.DisposeAsync();
        }
    }
}
