namespace Dkm.Testing.Storage;

using System;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Storage;
using Xunit;

/// <content>Commits.</content>
public abstract partial class ServiceStoreContract
{
    [Fact]
    public async Task Open_NothingThere_MakesAnEmptySet()
    {
        var (service, observer) = await OpenAsync();

        Assert.Equal(new ManifestVersion(1, 1), service.Version);
        Assert.True(service.Ready);
        Assert.Null(service.Trouble);
        Assert.Equal(32, service.ClusterId.Length);
        Assert.Empty(Assert.Single(observer.Changes).Updated);
    }

    [Fact]
    public async Task Open_AgainAfterRestart_HasAllRecords()
    {
        var (service, observer) = await OpenAsync();
        for (var i = 0; i < 10; i++)
        {
            await PutAsync(service, $"groups/{i}", $"body {i}");
        }

        await PutAsync(service, "groups/3", "changed", 5);
        await DeleteAsync(service, "groups/4", 6);
        var (version, cluster, content) = (service.Version, service.ClusterId, observer.Content);
        await RestartAllAsync();
        var (again, afresh) = await OpenAsync();

        Assert.Equal(new ManifestVersion(1, 13), version);
        Assert.Equal((version, cluster, content), (again.Version, again.ClusterId, afresh.Content));
        Assert.Equal(9, Assert.Single(afresh.Changes).Updated.Count);
    }

    [Fact]
    public async Task Commit_Returned_WasAppliedAndHasTheVersion()
    {
        var (service, observer) = await OpenAsync();
        var changes = new RecordChanges().Put("groups/a", 7, "A"u8.ToArray(), 0, 1, 1).Put("groups/b", 8, "B"u8.ToArray(), 0);
        var version = await service.CommitAsync(changes, Token);

        Assert.Equal(version, service.Version);
        Assert.Equal("groups/a=A@2 groups/b=B@2", observer.Content);
        Assert.Equal((7, 1, 1), (observer.Records["groups/a"].Type, observer.Records["groups/a"].MinReader, observer.Records["groups/a"].MinWriter));
        Assert.True(service.ConfirmTime > DateTimeOffset.UnixEpoch);
    }

    [Fact]
    public async Task Commit_Bodies_LieSealed()
    {
        var (service, _) = await OpenAsync();
        await PutAsync(service, "groups/a", "a body that nobody shall see");

        Assert.DoesNotContain("nobody", Encoding.Latin1.GetString(await RawAsync("groups/a")), StringComparison.Ordinal);
        Assert.NotEqual(await RawAsync("groups/a"), await RawAsync("manifest"));
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(1, 2)]
    [InlineData(3, 2)]
    [InlineData(2, 0)]
    public async Task Commit_OtherVersionThere_IsALostRaceAndChangesNothing(long expectedOfA, long expectedOfC)
    {
        var (service, observer) = await OpenAsync();
        await PutAsync(service, "groups/a", "A");
        await PutAsync(service, "groups/c", "C");
        var before = (service.Version, observer.Content);
        var changes = new RecordChanges().Put("groups/b", 1, "B"u8.ToArray(), 0).Put("groups/a", 1, "AA"u8.ToArray(), expectedOfA)
            .Expect("groups/c", expectedOfC + 1);

        var error = await FailsAsync(() => service.CommitAsync(changes, Token), ErrorKind.Aborted, Reasons.LostRace);
        Assert.Contains(expectedOfA == 2 ? "groups/c" : "groups/a", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, (service.Version, observer.Content));
    }

    [Fact]
    public async Task Commit_DeleteOfAnotherVersionOrOfNothing_IsALostRace()
    {
        var (service, _) = await OpenAsync();
        await PutAsync(service, "groups/a", "A");

        await FailsAsync(() => DeleteAsync(service, "groups/a", 1), ErrorKind.Aborted, Reasons.LostRace);
        await FailsAsync(() => DeleteAsync(service, "groups/b", 2), ErrorKind.Aborted, Reasons.LostRace);
        await DeleteAsync(service, "groups/a", 2);
        await FailsAsync(() => DeleteAsync(service, "groups/a", 2), ErrorKind.Aborted, Reasons.LostRace);
    }

    [Fact]
    public async Task Commit_AtAnOlderState_IsALostRace()
    {
        var (service, _) = await OpenAsync();
        var seen = service.Version;
        await PutAsync(service, "groups/other", "x");

        await FailsAsync(
            () => service.CommitAsync(new RecordChanges().Put("groups/a", 1, "A"u8.ToArray(), 0).At(seen), Token), ErrorKind.Aborted, Reasons.LostRace);
        await service.CommitAsync(new RecordChanges().Put("groups/a", 1, "A"u8.ToArray(), 0).At(service.Version), Token);
    }

    [Fact]
    public async Task Commit_RequirementDoesNotHold_IsALostRace()
    {
        var (service, _) = await OpenAsync();
        var path = StorePath.Election(Service, "leader");
        var created = (await Store.CommitAsync(new StoreTransaction { Puts = [new StorePut(path, "me"u8.ToArray())] }, Token)).Revision;
        var changes = () => new RecordChanges().Put("groups/a", 1, "A"u8.ToArray(), service.Version.Number == 1 ? 0 : 2).Require(StoreCompare.CreatedAt(path, created));
        await service.CommitAsync(changes(), Token);
        await Store.CommitAsync(new StoreTransaction { Deletes = [path] }, Token);

        var error = await FailsAsync(() => service.CommitAsync(changes(), Token), ErrorKind.Aborted, Reasons.LostRace);
        Assert.Contains("election/leader", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, service.Version.Number);
        Assert.Null(service.Trouble);
    }

    [Fact]
    public async Task Commit_DecidedTooLongAgo_IsALostRaceAndChangesNothing()
    {
        var (service, _) = await OpenAsync();
        var now = TimeProvider.System.GetTimestamp();
        var before = service.Version;

        var refused = await Assert.ThrowsAsync<DkmException>(() => service.CommitAsync(new RecordChanges().Put("groups/a", 1, "A"u8.ToArray(), 0).SendBefore(now - 1), Token));

        Assert.Equal((ErrorKind.Aborted, Reasons.LostRace), (refused.Kind, refused.Reason));
        Assert.Equal(before, service.Version);
        await service.CommitAsync(new RecordChanges().Put("groups/a", 1, "A"u8.ToArray(), 0).SendBefore(now + (60 * TimeProvider.System.TimestampFrequency)), Token);
    }

    [Fact]
    public async Task Commit_ArgumentMistakes_AreRefused()
    {
        var (service, _) = await OpenAsync();
        var body = new byte[1];
        RecordChanges[] mistakes =
        [
            new(),
            new RecordChanges().Expect("groups/a", 0),
            new RecordChanges().Put("manifest", 1, body, 0),
            new RecordChanges().Put("sealing/x", 1, body, 0),
            new RecordChanges().Put("election/x", 1, body, 0),
            new RecordChanges().Put("holders/x", 1, body, 0),
            new RecordChanges().Put(string.Empty, 1, body, 0),
            new RecordChanges().Put("/groups/a", 1, body, 0),
            new RecordChanges().Put("groups/ä", 1, body, 0),
            new RecordChanges().Put("groups/a", 1, body, 0).Put("groups/a", 1, body, 0),
            Enumerable.Range(0, RecordChanges.MaximumChanges + 1).Aggregate(new RecordChanges(), (changes, i) => changes.Put($"groups/{i}", 1, body, 0)),
        ];
        foreach (var mistake in mistakes)
        {
            await Assert.ThrowsAsync<ArgumentException>(() => service.CommitAsync(mistake, Token));
        }

        Assert.Equal(1, service.Version.Number);
    }

    [Fact]
    public async Task Commit_AsManyAndAsLargeAsMayBe_IsTaken()
    {
        var (service, observer) = await OpenAsync();
        var body = new byte[11_000];
        var changes = Enumerable.Range(0, RecordChanges.MaximumChanges).Aggregate(new RecordChanges(), (all, i) => all.Put($"groups/{i}", 1, body, 0));
        await service.CommitAsync(changes, Token);

        Assert.Equal(RecordChanges.MaximumChanges, observer.Records.Count);
        var large = new RecordChanges().Put("groups/large", 1, new byte[1_500_000], 0);
        await FailsAsync(() => service.CommitAsync(large, Token), ErrorKind.ResourceExhausted, Reasons.TooLong);
    }

    [Fact]
    public async Task Commit_ManyAtOnce_AllGetAVersionOfTheirOwn()
    {
        var (service, observer) = await OpenAsync();
        var versions = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => PutAsync(service, $"groups/{i}", $"{i}")));

        Assert.Equal(Enumerable.Range(2, 40).Select(i => (long)i), versions.Select(version => version.Number).Order());
        Assert.Equal(40, observer.Records.Count);
    }

    [Fact]
    public async Task Commit_ManyAtOnceOnOneRecord_HasOneWinnerEach()
    {
        var (service, observer) = await OpenAsync();
        await PutAsync(service, "groups/n", "0");
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 10).Select(async i =>
        {
            try
            {
                await PutAsync(service, "groups/n", $"{i}", 2);
                return true;
            }
            catch (DkmException e) when (e.Reason == Reasons.LostRace)
            {
                return false;
            }
        }));

        Assert.Single(outcomes, won => won);
        Assert.Equal(3, observer.Records["groups/n"].Version);
    }

    [Fact]
    public async Task Open_TwoServices_DoNotSeeEachOther()
    {
        var (access, ofAccess) = await OpenAsync();
        var (keyRing, ofKeyRing) = await OpenAsync(service: "keyring");
        await PutAsync(access, "groups/a", "A");
        await PutAsync(keyRing, "rings/r", "R");

        Assert.Equal(("groups/a=A@2", "rings/r=R@2"), (ofAccess.Content, ofKeyRing.Content));
        Assert.Equal(access.ClusterId, keyRing.ClusterId);
    }

    [Fact]
    public async Task Commit_AfterDispose_IsRefused()
    {
        var (service, _) = await OpenAsync();
        await service.DisposeAsync();

        Assert.False(service.Ready);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => PutAsync(service, "groups/a", "A"));
    }
}
