namespace Dkm.IntegrationTests.KeyRing;

using System;
using System.Linq;
using System.Threading.Tasks;
using Dkm.Client.KeySets;
using Dkm.IntegrationTests.Transport;
using Dkm.KeyRing.V1;
using Dkm.Testing;
using Dkm.Testing.Storage;
using Dkm.Transport;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

/// <summary>One of two KeyRing replicas is cut off from the store: it denies nobody what it does not know, and its holders go to the other.</summary>
public sealed class CutOffKeyRingTests(KeyRingFixture fixture) : IClassFixture<KeyRingFixture>
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Subscribe_CutOffFromTheStore_HoldersAreRenewedByTheOtherAndGetWhatIsNewThere()
    {
        var store = new FaultyStore(fixture.Store);
        await using var second = await fixture.StartKeyRingAsync(over: store);
        var group = await fixture.NewGroupAsync(KeyRingFixture.Worker);
        var ring = await NewRingAsync(group);
        using var client = new EchoClient(
            fixture.Pki, new ServiceAddresses(fixture.KeyRing.Address, second.Address), fixture.Pki.IssueFiles(KeyRingFixture.Worker));
        await using var one = Holder(client);
        await using var two = Holder(client);
        HeldRing[] held = [await HoldAsync(one, ring.Name), await HoldAsync(two, ring.Name)];

        // The streams of a channel take turns: one of the two is at the replica that is cut off.
        second.ErrorsExpected = true;
        store.OnWatch = _ => null;
        store.ReadsFail = true;
        var cut = DateTimeOffset.UtcNow;
        await Eventually.TrueAsync(() => DateTimeOffset.UtcNow > cut + TimeSpan.FromSeconds(5.5), "longer than it may lag and deny");

        // Nobody is told that there is no such ring, or that it is not hers.
        var young = await NewRingAsync(group);
        await Task.WhenAll(HoldAsync(one, young.Name), HoldAsync(two, young.Name));
        await Eventually.TrueAsync(() => held.All(ring => ring.LeaseEnd > cut + TimeSpan.FromSeconds(6) + Lease), "all leases are renewed", seconds: 40);
    }

    private static KeySetHolder Holder(EchoClient client)
    {
        var holder = new KeySetHolder(client.Channel.Invoker, new KeySetHolderOptions(), TimeProvider.System, NullLogger<KeySetHolder>.Instance);
        holder.Start();
        return holder;
    }

    private static async Task<HeldRing> HoldAsync(KeySetHolder holder, string ring)
    {
        var held = holder.Want(ring);
        await held.UsableAsync(TimeSpan.FromSeconds(30), KeyRingFixture.Token);
        return held;
    }

    private async Task<KeyRing> NewRingAsync(Dkm.Access.V1.Group group)
    {
        var ring = fixture.Ring(group, Permission.Hold);
        ring.Policy.KeyLease = Lease.ToDuration();
        return await fixture.Admins.CreateKeyRingAsync(new CreateKeyRingRequest { KeyRing = ring }, cancellationToken: KeyRingFixture.Token);
    }
}
