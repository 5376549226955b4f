namespace Dkm.Testing.Storage;

using System;
using System.Text;
using System.Threading.Tasks;
using Dkm.Storage;
using Xunit;

/// <content>What goes with a lease.</content>
public abstract partial class ServiceStoreContract
{
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Leased_WrittenByOneReplica_ReadByAnotherAndGoneWithItsOwner()
    {
        var (one, _) = await OpenAsync();
        var (two, observer) = await OpenAsync();
        var (mine, theirs) = (one.Lease(Ttl), two.Lease(Ttl));
        Assert.Equal(await mine.RenewAsync(Token), await mine.RenewAsync(Token));

        await mine.WriteAsync([Put("holders/a/1", "first"), Put("holders/b/1", "second")], [], Token);
        await mine.WriteAsync([Put("holders/a/1", "third")], ["holders/b/1"], Token);

        var found = Assert.Single(await theirs.ReadAsync("holders/", Token));
        Assert.Equal(("holders/a/1", 7, "third"), (found.Path, found.Type, Encoding.UTF8.GetString(found.Body.Span)));
        Assert.Empty(await theirs.ReadAsync("holders/b/", Token));
        await mine.DisposeAsync();
        Assert.Empty(await theirs.ReadAsync("holders/", Token));
        Assert.Null(one.Trouble);
        Assert.Empty(observer.Records);
    }

    [Fact]
    public async Task Leased_ForgedMovedOrWithoutALease_LeftOut()
    {
        var (one, _) = await OpenAsync();
        await using var leased = one.Lease(Ttl);
        await leased.RenewAsync(Token);
        await leased.WriteAsync([Put("holders/a/1", "true"), Put("holders/a/2", "true")], [], Token);
        var moved = await RawAsync("holders/a/1");

        await TamperAsync([("holders/a/1", moved), ("holders/a/3", moved), ("holders/a/4", Encoding.UTF8.GetBytes("forged"))]);

        Assert.Equal("holders/a/2", Assert.Single(await leased.ReadAsync("holders/a/", Token)).Path);
    }

    [Fact]
    public async Task Leased_TheLeaseHasEnded_ANewOneAndSaid()
    {
        var (one, _) = await OpenAsync();
        await using var leased = one.Lease(Ttl);
        var first = await leased.RenewAsync(Token);
        await leased.WriteAsync([Put("holders/a/1", "true")], [], Token);
        var id = (await Store.GetAsync(StorePath.Service(Service) + "holders/a/1", 0, Token)).Entry!.LeaseId;
        await Store.RevokeLeaseAsync(id, Token);

        Assert.NotEqual(first, await leased.RenewAsync(Token));
        Assert.Empty(await leased.ReadAsync("holders/", Token));
        await leased.WriteAsync([Put("holders/a/1", "again")], [], Token);
        Assert.Single(await leased.ReadAsync("holders/", Token));
    }

    [Fact]
    public async Task Leased_AfterARecovery_IsWrittenAnewAndWhatWasThereBeforeGoes()
    {
        var (one, _) = await OpenAsync(Marked("one"));
        await using var leased = one.Lease(Ttl);
        var first = await leased.RenewAsync(Token);
        await leased.WriteAsync([Put("holders/a/1", "before"), Put("holders/a/2", "before")], [], Token);
        await PutAsync(one, "groups/a", "1");
        await TamperAsync([("groups/a", "something else"u8.ToArray())]);
        await UntilAsync(() => one.Trouble is not null);
        await one.RecoverAsync(Token);

        Assert.NotEqual(first, await leased.RenewAsync(Token));
        await leased.WriteAsync([Put("holders/a/1", "after")], [], Token);
        await leased.RenewAsync(Token);
        var found = Assert.Single(await leased.ReadAsync("holders/", Token));
        Assert.Equal(("holders/a/1", "after"), (found.Path, Encoding.UTF8.GetString(found.Body.Span)));
    }

    [Theory]
    [InlineData("rings/a")]
    [InlineData("manifest")]
    public async Task Leased_WhereRecordsLie_Refused(string path)
    {
        var (one, _) = await OpenAsync();
        await using var leased = one.Lease(Ttl);
        await leased.RenewAsync(Token);

        await Assert.ThrowsAsync<ArgumentException>(() => leased.WriteAsync([Put(path, "x")], [], Token));
    }

    private static LeasedPut Put(string path, string body) => new(path, 7, Encoding.UTF8.GetBytes(body));
}
