namespace Dkm.Testing.Storage;

using System;
using System.Linq;
using System.Threading.Tasks;
using Dkm.Storage;
using Xunit;

/// <content>Leases.</content>
public abstract partial class RevisionedStoreContract
{
    [Fact]
    public async Task Lease_RunOut_DeletesWhatGoesWithItAtOneRevision()
    {
        var lease = await Store.GrantLeaseAsync(TimeSpan.FromSeconds(3), Token);
        Assert.True(lease.Ttl >= TimeSpan.FromSeconds(3));
        await PutAsync("with-1", "1", lease.Id);
        await PutAsync("without", "1");
        var last = await PutAsync("with-2", "1", lease.Id);
        await UntilAsync(async () => await ReadAsync("with-1") is null);

        Assert.Equal(["with-1=- with-2=-"], (await TakeAsync(last + 1, 1)).Select(Describe));
        Assert.Equal("1", await ReadAsync("without"));
        Assert.Null(await Store.KeepAliveAsync(lease.Id, Token));
    }

    [Fact]
    public async Task Lease_KeptAlive_Lives()
    {
        var lease = await Store.GrantLeaseAsync(TimeSpan.FromSeconds(4), Token);
        await PutAsync("a", "1", lease.Id);
        for (var i = 0; i < 4; i++)
        {
            await AdvanceAsync(TimeSpan.FromSeconds(2));
            Assert.NotNull(await Store.KeepAliveAsync(lease.Id, Token));
        }

        Assert.Equal("1", await ReadAsync("a"));
        Assert.Equal(lease.Id, (await Store.GetAsync(At("a"), 0, Token)).Entry!.LeaseId);
    }

    [Fact]
    public async Task Lease_Revoked_DeletesAtOnce()
    {
        var lease = await Store.GrantLeaseAsync(TimeSpan.FromSeconds(60), Token);
        await PutAsync("a", "1", lease.Id);
        await Store.RevokeLeaseAsync(lease.Id, Token);
        await Store.RevokeLeaseAsync(lease.Id, Token);

        Assert.Null(await ReadAsync("a"));
        Assert.Null(await Store.KeepAliveAsync(lease.Id, Token));
    }

    [Fact]
    public async Task Lease_EntryWrittenAgainWithoutIt_Stays()
    {
        var lease = await Store.GrantLeaseAsync(TimeSpan.FromSeconds(60), Token);
        await PutAsync("a", "1", lease.Id);
        await PutAsync("a", "2");
        await Store.RevokeLeaseAsync(lease.Id, Token);

        Assert.Equal("2", await ReadAsync("a"));
    }

    [Fact]
    public async Task Lease_Ended_RefusesPutsAndNothingIsWritten()
    {
        var lease = await Store.GrantLeaseAsync(TimeSpan.FromSeconds(60), Token);
        await Store.RevokeLeaseAsync(lease.Id, Token);
        var before = await PutAsync("b", "1");

        await Assert.ThrowsAsync<StoreLeaseNotFoundException>(
            () => Store.CommitAsync(new StoreTransaction { Puts = [Put("b", "2"), Put("a", "1", lease.Id)] }, Token));
        Assert.Equal("1", await ReadAsync("b"));
        Assert.Equal(before, (await Store.GetAsync(At("a"), 0, Token)).Revision);
    }
}
