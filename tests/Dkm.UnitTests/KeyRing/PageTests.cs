namespace Dkm.UnitTests.KeyRing;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Core.Authorization;
using Dkm.Hosting;
using Dkm.KeyRing.Distribution;
using Dkm.KeyRing.Distribution.Holders;
using Dkm.KeyRing.Rings;
using Dkm.KeyRing.V1;
using Dkm.UnitTests.Crypto;
using Xunit;

/// <summary>Answers with lists stay below what a message may be.</summary>
public sealed class PageTests
{
    /// <summary>What every client takes by default.</summary>
    private const int MaximumMessage = 4 * 1024 * 1024;

    private static readonly SpiffeId Admin = SpiffeId.Parse("spiffe://dkm.test/human/ada");

    [Fact]
    public async Task ListKeyRings_LargeRings_PagesFitIntoMessagesAndNoneIsMissing()
    {
        await using var rings = await StoredRings.OpenAsync();
        var names = Enumerable.Range(10, 40).Select(i => $"ring-{i}").ToList();
        foreach (var name in names)
        {
            await rings.AddAsync(name, bindings: [new RingBinding(new string('x', 150_000), "uid", [RingPermission.Encrypt])]);
        }

        var (endpoint, listed, pages) = (Endpoint(rings), new List<string>(), 0);
        var request = new ListKeyRingsRequest { PageSize = 1000 };
        do
        {
            var page = await endpoint.ListKeyRings(request, Call("ListKeyRings"));
            Assert.InRange(page.CalculateSize(), 1, MaximumMessage);
            listed.AddRange(page.KeyRings.Select(ring => ring.Name));
            request.PageToken = page.NextPageToken;
            pages++;
        }
        while (request.PageToken.Length > 0);

        Assert.Equal(names, listed);
        Assert.True(pages > 1, "one page would have been larger than a message");
    }

    [Fact]
    public async Task ListKeys_PageByPage_NoneIsMissing()
    {
        await using var rings = await StoredRings.OpenAsync();
        rings.Membership.SetAdministrators(Admin.ToString());
        var view = await rings.AddAsync("ring");
        for (var i = 0; i < 4; i++)
        {
            rings.GoToNext(view);
            await rings.RollAsync();
            view = rings.Catalog.Find("ring")!;
        }

        var (endpoint, listed) = (Endpoint(rings), new List<string>());
        var request = new ListKeysRequest { KeyRing = "ring", PageSize = 2 };
        do
        {
            var page = await endpoint.ListKeys(request, Call("ListKeys"));
            Assert.InRange(page.Keys.Count, 1, 2);
            listed.AddRange(page.Keys.Select(key => key.Id));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        Assert.Equal(view.Keys.Reverse().Select(key => key.Id.ToString()), listed);
    }

    [Fact]
    public void List_MoreHoldersThanAnAnswerHas_AllAreCountedAndItSaysThatSomeAreNotListed()
    {
        var identity = SpiffeId.Parse($"spiffe://dkm.test/ns/{new string('n', 60)}/sa/{new string('s', 60)}");
        var holders = Enumerable.Range(0, 40_000).Select(i => new LiveHolder(identity, i % 2, RollingRing.Start, RollingRing.Start, "replica-1")).ToList();
        var status = new KeyRingStatus { Revision = 1, HoldersMissing = "those of others are not known" };

        RingStatus.List(status, holders, TimeSpan.FromHours(24));

        Assert.InRange(status.CalculateSize(), Paging.MaximumBytes, MaximumMessage);
        Assert.Equal((40_000, 20_000), (status.HolderCount, status.CurrentHolderCount));
        Assert.Equal($"those of others are not known; {40_000 - status.Holders.Count} of 40000 holders are not listed: an answer has no room for more", status.HoldersMissing);

        var few = new KeyRingStatus();
        RingStatus.List(few, holders[..3], TimeSpan.FromHours(24));
        Assert.Equal((3, 3, string.Empty), (few.Holders.Count, few.HolderCount, few.HoldersMissing));
    }

    private static FakeCallContext Call(string method) => new(new Caller(Admin, MethodTable.Find($"/dkm.keyring.v1.KeyRingService/{method}")!));

    private static KeyRingEndpoint Endpoint(StoredRings rings) => new(
        rings.Catalog,
        new RingAccess(rings.Catalog, rings.Store, rings.Membership, new LimitOptions(), rings.Time),
        creation: null!,
        update: null!,
        rollover: null!,
        states: null!,
        status: null!,
        check: null!,
        rings.Store,
        RollingRing.Timing,
        rings.Time);
}
