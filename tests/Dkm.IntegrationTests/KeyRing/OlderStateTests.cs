namespace Dkm.IntegrationTests.KeyRing;

using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Hosting;
using Dkm.IntegrationTests.Cli;
using Dkm.KeyRing;
using Dkm.KeyRing.V1;
using Dkm.Storage;
using Dkm.Testing;
using Dkm.Testing.Services;
using Dkm.Testing.Storage;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

/// <summary>An older state of the store put back under two running KeyRings, and the way out. Has servers of its own, since it breaks their store.</summary>
public sealed class OlderStateTests(KeyRingFixture fixture) : IClassFixture<KeyRingFixture>
{
    private const string Prefix = "/dkm/v1/keyring/";

    [Fact]
    public async Task Recover_AfterAnOlderStateWasPutBack_EveryKeyIsThereOnEveryReplica()
    {
        using var states = new StoreDirectory();
        var second = await fixture.StartKeyRingAsync(stateDirectory: states.Path);
        await second.ReadyAsync();
        var old = await fixture.NewRingAsync(await fixture.NewGroupAsync(KeyRingFixture.Worker), Permission.Hold);
        await RefusedAsync(StatusCode.FailedPrecondition, Reasons.NothingToRecover, fixture.KeyRing);
        var copy = await CopyAsync();
        await fixture.Admins.RolloverKeyRingAsync(new() { Name = old.Name, Immediate = true }, cancellationToken: KeyRingFixture.Token);
        await using var holder = await TestHolder.OpenAsync(fixture.KeySets(KeyRingFixture.Worker), transient: false, old.Name);
        var held = (await holder.SetAsync(old.Name)).Revision;
        var made = await fixture.NewRingAsync(null);
        var keys = await KeysAsync(fixture.KeyRing, old.Name, made.Name);
        Assert.True(keys.Count >= 3, "of both rings");

        // Also what is not there at once: that it is known everywhere.
        await Eventually.TrueAsync(async () => await KnowsAsync(second, old.Name, made.Name, keys), "the other replica knows of all");
        await Eventually.TrueAsync(async () => await IsMarkedAsync(states.Path), "the other replica has noted on disk what it has seen");
        fixture.KeyRing.ErrorsExpected = second.ErrorsExpected = true;
        await PutBackAsync(copy);
        await Eventually.TrueAsync(() => IsNoted(fixture.KeyRing) && IsNoted(second), "both refuse and say so");
        await RpcAssert.FailsAsync(
            StatusCode.FailedPrecondition,
            Reasons.StoreRefused,
            fixture.Admins.RolloverKeyRingAsync(new() { Name = old.Name, Immediate = true }, cancellationToken: KeyRingFixture.Token));

        // Meanwhile a restarted one knows by its mark.
        await second.DisposeAsync();
        await using var restarted = await fixture.StartKeyRingAsync(stateDirectory: states.Path);
        restarted.ErrorsExpected = true;
        await Eventually.TrueAsync(() => IsNoted(restarted), "the restarted one is not ready");
        Assert.False(Store(restarted).Ready);

        var answer = await fixture.Roots().RecoverAsync(new(), cancellationToken: KeyRingFixture.Token);
        Assert.StartsWith("2.", answer.Version, StringComparison.Ordinal);

        // Whatever it held before, from whichever history: it is delivered anew, and counts as newer.
        await holder.SetAsync(old.Name, set => set.Revision > held);
        await restarted.ReadyAsync(part: "store");
        Assert.True(await KnowsAsync(restarted, old.Name, made.Name, keys));
        Assert.True(await KnowsAsync(fixture.KeyRing, old.Name, made.Name, keys));
        foreach (var key in keys)
        {
            var resolved = await fixture.KeySets(KeyRingFixture.Crypto, restarted).ResolveKeyAsync(
                new() { KeyId = ByteString.CopyFrom(KeyId.TryParse(key, out var id) ? id.Value.ToByteArray() : []) }, cancellationToken: KeyRingFixture.Token);
            Assert.Equal(32, resolved.Key.Material.Length);
        }

        await fixture.Admins.RolloverKeyRingAsync(new() { Name = old.Name, Immediate = true }, cancellationToken: KeyRingFixture.Token);
    }

    private static IReadiness Store(RunningService service) => service.App.Services.GetServices<IReadiness>().Single(part => part.Name == "store");

    private static bool IsNoted(RunningService service) => Store(service).Why?.Contains("an older state was put back", StringComparison.Ordinal) == true;

    /// <summary>The mark comes with the next confirmation, some time after the change itself. The replica has the file locked, which is no matter to <c>cat</c>.</summary>
    private async Task<bool> IsMarkedAsync(string directory)
    {
        var version = fixture.KeyRing.App.Services.GetRequiredService<KeyRingStore>().Current.Version;
        var marks = await ChildProcess.RunAsync("cat", [Path.Combine(directory, "keyring.mark")], new Dictionary<string, string>(StringComparer.Ordinal));
        return marks.Output.Contains(string.Create(CultureInfo.InvariantCulture, $" {version.Epoch} {version.Number} "), StringComparison.Ordinal);
    }

    private async Task<bool> KnowsAsync(RunningService service, string first, string second, IReadOnlyCollection<string> keys)
    {
        try
        {
            return (await KeysAsync(service, first, second)).Order(StringComparer.Ordinal).SequenceEqual(keys.Order(StringComparer.Ordinal));
        }
        catch (RpcException)
        {
            return false;
        }
    }

    private async Task<List<string>> KeysAsync(RunningService service, params string[] rings)
    {
        var keys = new List<string>();
        foreach (var ring in rings)
        {
            var page = await fixture.Rings(KeyRingFixture.Admin, service).ListKeysAsync(new() { KeyRing = ring }, cancellationToken: KeyRingFixture.Token);
            keys.AddRange(page.Keys.Select(key => key.Id));
        }

        return keys;
    }

    private Task<RpcException> RefusedAsync(StatusCode status, string reason, RunningService service) =>
        RpcAssert.FailsAsync(status, reason, fixture.Roots(service).RecoverAsync(new(), cancellationToken: KeyRingFixture.Token));

    private async Task<IReadOnlyList<StoreEntry>> CopyAsync() =>
        [.. (await fixture.Store.RangeAsync(Prefix, null, StoreLimits.MaximumPageSize, 0, KeyRingFixture.Token)).Entries.Where(entry => entry.LeaseId == 0)];

    private async Task PutBackAsync(IReadOnlyList<StoreEntry> copy)
    {
        var gone = (await CopyAsync()).Select(entry => entry.Path).Except(copy.Select(entry => entry.Path)).ToList();
        var commit = await fixture.Store.CommitAsync(
            new StoreTransaction { Puts = [.. copy.Select(entry => new StorePut(entry.Path, entry.Value))], Deletes = gone }, KeyRingFixture.Token);
        Assert.True(commit.Succeeded);
    }
}
