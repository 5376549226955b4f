namespace Dkm.IntegrationTests.KeyRing;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.KeyRing.V1;
using Dkm.Testing.Services;
using Grpc.Core;
using Xunit;

[Collection(KeyRingCollection.Name)]
public sealed class ReadKeyRingTests(KeyRingFixture fixture)
{
    [Fact]
    public async Task GetKeyRing_OfNobodysBusiness_SameWordsWhetherItExistsOrNot()
    {
        var ring = await fixture.NewRingAsync(null);
        var outsider = fixture.Rings("/ns/other/sa/outsider");

        var existing = await RpcAssert.FailsAsync(StatusCode.PermissionDenied, Reasons.NotBound, outsider.GetKeyRingAsync(new() { Name = ring.Name }, cancellationToken: KeyRingFixture.Token));
        var absent = await RpcAssert.FailsAsync(StatusCode.PermissionDenied, Reasons.NotBound, outsider.GetKeyRingAsync(new() { Name = "no/such" }, cancellationToken: KeyRingFixture.Token));

        Assert.Equal(existing.Status.Detail.Replace(ring.Name, "R", StringComparison.Ordinal), absent.Status.Detail.Replace("no/such", "R", StringComparison.Ordinal));
        await RpcAssert.FailsAsync(StatusCode.NotFound, Reasons.NotFound, fixture.Admins.GetKeyRingAsync(new() { Name = "no/such" }, cancellationToken: KeyRingFixture.Token));
    }

    [Fact]
    public async Task GetKeyRing_ByAnyBoundIdentity_Answers()
    {
        var ring = await fixture.NewRingAsync(await fixture.NewGroupAsync(KeyRingFixture.Worker), Permission.Encrypt);

        Assert.Equal(ring.Name, (await fixture.Rings(KeyRingFixture.Worker).GetKeyRingAsync(new() { Name = ring.Name }, cancellationToken: KeyRingFixture.Token)).Name);
        await RpcAssert.FailsAsync(
            StatusCode.PermissionDenied, Reasons.PermissionMissing, fixture.Rings(KeyRingFixture.Worker).ListKeysAsync(new() { KeyRing = ring.Name }, cancellationToken: KeyRingFixture.Token));
    }

    [Fact]
    public async Task ListKeyRings_InPages_EveryRingOnceInOrder()
    {
        var mine = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            mine.Add((await fixture.NewRingAsync(null)).Name);
        }

        var seen = new List<string>();
        var token = string.Empty;
        do
        {
            var page = await fixture.Admins.ListKeyRingsAsync(new ListKeyRingsRequest { PageSize = 2, PageToken = token }, cancellationToken: KeyRingFixture.Token);
            Assert.InRange(page.KeyRings.Count, 1, 2);
            seen.AddRange(page.KeyRings.Select(ring => ring.Name));
            token = page.NextPageToken;
        }
        while (token.Length > 0);

        Assert.Equal(seen.Distinct().Order(StringComparer.Ordinal), seen);
        Assert.Subset(seen.ToHashSet(), mine.ToHashSet());
        await RpcAssert.FailsAsync(StatusCode.InvalidArgument, Reasons.InvalidField, fixture.Admins.ListKeyRingsAsync(new() { PageSize = 1001 }, cancellationToken: KeyRingFixture.Token));
        await RpcAssert.FailsAsync(StatusCode.InvalidArgument, Reasons.InvalidField, fixture.Admins.ListKeyRingsAsync(new() { PageToken = "..%" }, cancellationToken: KeyRingFixture.Token));
    }
}
