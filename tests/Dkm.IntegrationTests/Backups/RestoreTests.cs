namespace Dkm.IntegrationTests.Backups;

using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.KeyRing.V1;
using Dkm.Storage;
using Dkm.Testing;
using Dkm.Testing.Certificates;
using Dkm.Testing.Services;
using Dkm.Testing.Storage;
using Google.Protobuf;
using Grpc.Core;
using Xunit;
using Roots = Dkm.Access.V1.RootService.RootServiceClient;

/// <summary><c>dkm backup</c> and <c>dkm restore</c> against real services over mTLS, whose store is in memory: another one is made in a moment.</summary>
[Trait("Binaries", "published")]
public sealed class RestoreTests : IAsyncLifetime
{
    private const string Ring = "mail/accounts";
    private const string File = "monday.dkmbackup";

    private readonly DrillCluster cluster = new();
    private readonly MemoryStore first = new(TimeProvider.System);
    private readonly MemoryStore second = new(TimeProvider.System);
    private byte[] envelope = [];

    public async ValueTask InitializeAsync()
    {
        await cluster.StartReadyAsync(first);
        await cluster.DkmAsync("group", "create", "workers", "--kind", "workload", "--member", TestPki.Id(DrillCluster.Worker));
        await cluster.DkmAsync("group", "add", "dkm-admins", TestPki.Id(DrillCluster.Second));
        await cluster.DkmAsync("ring", "create", Ring, "--bind", "workers=encrypt,decrypt,hold");
        envelope = await cluster.ProtectAsync(Ring, "secret");
        await cluster.DkmAsync("backup", File);
    }

    public async ValueTask DisposeAsync()
    {
        await cluster.DisposeAsync();
        await first.DisposeAsync();
        await second.DisposeAsync();
    }

    [Fact]
    public async Task Backup_File_IsOfItsOwnerAloneAndSaysWhatItNeeds()
    {
        var view = await cluster.JsonAsync("backup", "tuesday.dkmbackup");

        var sections = view.GetProperty("sections").EnumerateArray().ToList();
        Assert.Equal(["access", "keyring"], sections.Select(section => section.GetProperty("service").GetString()));
        Assert.All(sections, section => Assert.StartsWith("file:", section.GetProperty("roots")[0].GetString(), StringComparison.Ordinal));
        Assert.True(view.GetProperty("store_revision").GetInt64() > 1);
        Assert.True(OperatingSystem.IsWindows() || System.IO.File.GetUnixFileMode(cluster.PathOf("tuesday.dkmbackup")) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.Empty(Directory.GetFiles(cluster.Folder, "*.unfinished"));
        Assert.Contains("needs", (await cluster.DkmAsync("backup", File)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Backup_File_HoldsNoKeyInAnySpelling()
    {
        using var channel = TestServers.Channel(cluster.KeyRing[0].Address, cluster.Pki.Issue("/dkm/crypto"));
        var primary = (await cluster.JsonAsync("ring", "show", Ring)).GetProperty("primary_key_id").GetString();
        var resolved = await new KeySetService.KeySetServiceClient(channel).ResolveKeyAsync(
            new() { KeyId = ByteString.CopyFrom(KeyId.TryParse(primary, out var id) ? id.Value.ToByteArray() : []) }, cancellationToken: DrillCluster.Token);
        var content = await System.IO.File.ReadAllBytesAsync(cluster.PathOf(File), DrillCluster.Token);
        var secrets = Directory.GetFiles(cluster.Pki.Directory, "*.root").Select(System.IO.File.ReadAllBytes).Append(resolved.Key.Material.ToByteArray()).ToList();

        Assert.Equal(3, secrets.Count);
        Assert.All(secrets, secret => Assert.Empty(Spellings.FoundIn(content, secret)));
        Assert.Empty(Spellings.FoundIn(content, System.Text.Encoding.UTF8.GetBytes(TestPki.Id(DrillCluster.Worker))));

        // So that a search which finds nothing is not one that cannot find.
        Assert.NotEmpty(Spellings.FoundIn([.. content, .. secrets[0]], secrets[0]));
        Assert.NotEmpty(Spellings.FoundIn([.. content, .. System.Text.Encoding.ASCII.GetBytes("x" + Convert.ToBase64String([7, .. secrets[0]]))], secrets[0]));
    }

    [Fact]
    public async Task Awaiting_UntilTheRestore_RefusesAllButTheFirstAdministratorsRestore()
    {
        await AwaitAsync();

        Assert.Contains("awaits a restore", DrillCluster.Store(cluster.Access[0]).Why, StringComparison.Ordinal);
        Assert.Contains("awaits a restore", DrillCluster.Store(cluster.KeyRing[0]).Why, StringComparison.Ordinal);
        Assert.Equal(6, (await cluster.TryDkmAsync("group", "list")).ExitCode);
        Assert.Equal(6, (await cluster.TryDkmAsync("group", "create", "g", "--kind", "human")).ExitCode);
        Assert.Equal(6, (await cluster.TryDkmAsync("ring", "list")).ExitCode);
        Assert.Equal(6, (await cluster.TryDkmAsync("backup", "nothing.dkmbackup")).ExitCode);
        Assert.False(System.IO.File.Exists(cluster.PathOf("nothing.dkmbackup")));
        foreach (var (identity, status) in ((string, StatusCode)[])
            [
                (DrillCluster.Worker, StatusCode.PermissionDenied),
                (DrillCluster.Stranger, StatusCode.PermissionDenied),

                // In the backup she is one; but who knows that before it is restored?
                (DrillCluster.Second, StatusCode.PermissionDenied),
                ("/dkm/keyring", StatusCode.PermissionDenied),
                ("/dkm/access", StatusCode.PermissionDenied),
                ("/elevated/a1", StatusCode.PermissionDenied),
                (DrillCluster.Admin, StatusCode.InvalidArgument),
            ])
        {
            await RestoreNothingAsync(identity, status);
        }

        var denied = await cluster.TryDkmAsync("restore", File, "--identity", "second");
        Assert.Equal(3, denied.ExitCode);
        Assert.Contains("an administrator", denied.Error, StringComparison.Ordinal);
        Assert.Empty(await AllAsync(second));
    }

    [Fact]
    public async Task Restore_ByTheFirstAdministrator_BringsAllBack()
    {
        await AwaitAsync();

        var view = await cluster.JsonAsync("restore", File);

        await cluster.ReadyAsync();
        Assert.All(view.GetProperty("services").EnumerateArray(), service => Assert.StartsWith("2.", service.GetProperty("version").GetString(), StringComparison.Ordinal));
        Assert.Equal("secret", (await cluster.UnprotectAsync(envelope)).Output);
        Assert.Equal(7, (await cluster.TryDkmAsync("group", "create", "workers", "--kind", "workload")).ExitCode);
        await cluster.DkmAsync("ring", "list", "--identity", "second");
        await cluster.DkmAsync("ring", "roll", Ring, "--immediate");
        var anew = await cluster.ProtectAsync(Ring, "anew");
        Assert.NotEqual(KeyOf(envelope), KeyOf(anew));

        // And what is restored can be backed up and restored like anything else.
        await cluster.DkmAsync("backup", "again.dkmbackup");
        await cluster.StopAsync();
        await using var third = new MemoryStore(TimeProvider.System);
        await cluster.StartAsync([third], [third], awaiting: true);
        await cluster.DkmAsync("restore", "again.dkmbackup");
        await cluster.ReadyAsync();
        Assert.Equal("anew", (await cluster.UnprotectAsync(anew)).Output);
        Assert.StartsWith("3.", (await cluster.JsonAsync("backup", "third.dkmbackup")).GetProperty("sections")[1].GetProperty("version").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restore_ServicesThatDoNotAwaitIt_IsRefused()
    {
        var refused = await cluster.TryDkmAsync("restore", File);

        Assert.Equal(7, refused.ExitCode);
        Assert.Contains("NOT_AWAITING_RESTORE", refused.Error, StringComparison.Ordinal);
        Assert.Contains("Store:AwaitRestore", refused.Error, StringComparison.Ordinal);
        await RestoreNothingAsync(DrillCluster.Stranger, StatusCode.PermissionDenied);
        await RestoreNothingAsync(DrillCluster.Worker, StatusCode.PermissionDenied);
    }

    [Fact]
    public async Task AwaitRestore_OverAStoreWithRecords_HasNoEffectButAWarning()
    {
        await cluster.StopAsync();
        await cluster.StartAsync([first], [first], awaiting: true);
        await cluster.ReadyAsync();

        Assert.Contains(cluster.Access[0].Log.Lines, line => line.Contains("nothing to restore", StringComparison.Ordinal));
        Assert.Contains(cluster.KeyRing[0].Log.Lines, line => line.Contains("nothing to restore", StringComparison.Ordinal));
        Assert.Equal(7, (await cluster.TryDkmAsync("restore", File)).ExitCode);
        Assert.Equal("secret", (await cluster.UnprotectAsync(envelope)).Output);
    }

    [Fact]
    public async Task Restore_OtherRoots_NamesThoseThatAreNeeded()
    {
        cluster.Roots = "other";
        await AwaitAsync();
        var refused = await cluster.TryDkmAsync("restore", File);

        Assert.Equal(7, refused.ExitCode);
        Assert.Contains("ROOT_DENIED", refused.Error, StringComparison.Ordinal);
        Assert.Matches("needs root file:[0-9a-f]{16}, and the root given is file:[0-9a-f]{16}", refused.Error);
        Assert.Empty(await AllAsync(second));
    }

    [Fact]
    public async Task Restore_StoreThatHoldsSomethingElse_IsRefused()
    {
        await second.CommitAsync(new StoreTransaction { Puts = [new StorePut("/dkm/v1/keyring/keys/x", new byte[10])] }, DrillCluster.Token);
        await AwaitAsync();
        var refused = await cluster.TryDkmAsync("restore", File);

        Assert.Equal(7, refused.ExitCode);
        Assert.Contains("STORE_NOT_EMPTY", refused.Error, StringComparison.Ordinal);
        Assert.Contains("/dkm/v1/keyring/keys/x", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restore_FileThatWasManipulated_IsRefusedAndNothingWritten()
    {
        await cluster.DkmAsync("backup", "other.dkmbackup");
        var (good, other) = (await ReadAsync(File), await ReadAsync("other.dkmbackup"));
        var (access, otherAccess) = (AccessLength(good), AccessLength(other));
        byte[][] manipulated =
        [
            good[..^1],
            [.. good[..200], (byte)(good[200] ^ 1), .. good[201..]],
            [(byte)(good[0] ^ 1), .. good[1..]],
            [.. good, 0],
            [.. good[..8], .. good[access..], .. good[8..access]],
            [.. good[..access], .. other[otherAccess..]],
            [],
        ];
        await AwaitAsync();
        foreach (var bad in manipulated)
        {
            await System.IO.File.WriteAllBytesAsync(cluster.PathOf("bad.dkmbackup"), bad, DrillCluster.Token);

            var refused = await cluster.TryDkmAsync("restore", "bad.dkmbackup");

            Assert.True(refused.ExitCode == 5, $"{refused.ExitCode} {refused.Error}");
            Assert.Contains("BACKUP_INVALID", refused.Error, StringComparison.Ordinal);
        }

        Assert.Empty(await AllAsync(second));
        await System.IO.File.WriteAllTextAsync(cluster.PathOf("list.txt"), "not-an-id\n", DrillCluster.Token);
        var mistaken = await cluster.TryDkmAsync("restore", File, "--destroyed", "list.txt");
        Assert.Equal(2, mistaken.ExitCode);
        Assert.Contains("line 1", mistaken.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restore_KilledHalfWayAtBothServices_GoesOnWhenRepeated()
    {
        var faulty = new FaultyStore(second);
        var faults = new System.Collections.Generic.Queue<string>(["/dkm/v1/access/groups/workers", StorePath.Manifest("keyring")]);
        faulty.OnCommit = transaction => faults.TryPeek(out var next) && transaction.Puts.Any(put => put.Path == next) && faults.Dequeue() is not null
            ? CommitFault.Unavailable
            : CommitFault.None;
        await cluster.StopAsync();
        await cluster.StartAsync([faulty], [faulty], awaiting: true);

        // In the midst of Access.
        Assert.Equal(6, (await cluster.TryDkmAsync("restore", File)).ExitCode);
        Assert.Equal([StorePath.Cluster], (await AllAsync(second)).Select(entry => entry.Path));
        await cluster.StopAsync();
        await cluster.StartAsync([faulty], [faulty], awaiting: true);

        // In the midst of KeyRing: before its manifest.
        Assert.Equal(6, (await cluster.TryDkmAsync("restore", File)).ExitCode);
        Assert.True((await second.GetAsync(StorePath.Manifest("access"), 0, DrillCluster.Token)).Entry is not null, "Access is restored");
        Assert.Null((await second.GetAsync(StorePath.Manifest("keyring"), 0, DrillCluster.Token)).Entry);
        await cluster.StopAsync();
        await cluster.StartAsync([faulty], [faulty], awaiting: true);

        var view = await cluster.JsonAsync("restore", File);
        Assert.Equal([true, false], view.GetProperty("services").EnumerateArray().Select(service => service.GetProperty("already").GetBoolean()));
        await cluster.ReadyAsync();
        Assert.Equal("secret", (await cluster.UnprotectAsync(envelope)).Output);
    }

    [Fact]
    public async Task Restore_OnlyKeyRing_WhereAccessHasItsRecords()
    {
        await cluster.StopAsync();
        await using var half = new MemoryStore(TimeProvider.System);
        var access = await AllAsync(first);
        await half.CommitAsync(
            new StoreTransaction { Puts = [.. access.Where(entry => !entry.Path.StartsWith("/dkm/v1/keyring/", StringComparison.Ordinal) && entry.LeaseId == 0).Select(entry => new StorePut(entry.Path, entry.Value))] },
            DrillCluster.Token);
        await cluster.StartAsync([half], [half], awaiting: true);
        Assert.Equal(7, (await cluster.TryDkmAsync("restore", File)).ExitCode);

        await cluster.DkmAsync("restore", File, "--only", "keyring");
        await cluster.ReadyAsync();
        Assert.Equal("secret", (await cluster.UnprotectAsync(envelope)).Output);
    }

    [Fact]
    public async Task Restore_DestructionThatWasUndoneAfterTheBackup_DestroysNothing()
    {
        await cluster.DkmAsync("ring", "create", "mail/wanted", "--bind", "workers=encrypt,decrypt", "--destroy-delay", "20s");
        var wanted = await cluster.ProtectAsync("mail/wanted", "wanted");
        var key = (await cluster.JsonAsync("ring", "show", "mail/wanted")).GetProperty("primary_key_id").GetString()!;
        await cluster.DkmAsync("ring", "roll", "mail/wanted", "--immediate");
        await cluster.DkmAsync("key", "destroy", "mail/wanted", key);
        var due = (await cluster.JsonAsync("key", "show", "mail/wanted", key)).GetProperty("destroy_time").GetDateTimeOffset();
        await cluster.DkmAsync("backup", "scheduled.dkmbackup");
        await cluster.DkmAsync("key", "restore", "mail/wanted", key);
        await cluster.StopAsync();
        await Eventually.TrueAsync(() => DateTimeOffset.UtcNow > due, "the time of the destruction has come", seconds: 60);

        // Two of KeyRing, whose clocks agree.
        await cluster.StartAsync([second], [second, second], awaiting: true);
        var view = await cluster.JsonAsync("restore", "scheduled.dkmbackup");

        Assert.Equal(1, view.GetProperty("services")[1].GetProperty("called_off_destructions").GetInt32());
        await cluster.ReadyAsync();
        Assert.Equal("DISABLED", (await cluster.JsonAsync("key", "show", "mail/wanted", key)).GetProperty("state").GetString());
        Assert.Equal(7, (await cluster.UnprotectAsync(wanted)).ExitCode);
        await cluster.DkmAsync("key", "enable", "mail/wanted", key);
        Assert.Equal("wanted", (await cluster.UnprotectAsync(wanted)).Output);
    }

    [Fact]
    public async Task Restore_InTwoSteps_WhoHasLeftSinceGetsNothingBack()
    {
        await AwaitAsync();
        await cluster.DkmAsync("restore", File, "--only", "access");
        await cluster.Access[0].ReadyAsync();

        // KeyRing cannot say yet whom it concerns, and that holds up nobody.
        await cluster.DkmAsync("group", "remove", "workers", TestPki.Id(DrillCluster.Worker));
        await cluster.DkmAsync("restore", File, "--only", "keyring");

        await cluster.ReadyAsync();
        Assert.Equal(3, (await cluster.UnprotectAsync(envelope)).ExitCode);
        await cluster.DkmAsync("group", "add", "workers", TestPki.Id(DrillCluster.Worker));
        await Eventually.TrueAsync(async () => (await cluster.UnprotectAsync(envelope)).Output == "secret", "the worker is a member again");
    }

    private static string KeyOf(byte[] envelope) => Convert.ToHexString(envelope.AsSpan(0, 24));

    private static async Task<System.Collections.Generic.List<StoreEntry>> AllAsync(MemoryStore store) =>
        [.. (await store.RangeAsync(StorePath.Root, null, StoreLimits.MaximumPageSize, 0, DrillCluster.Token)).Entries];

    private async Task AwaitAsync()
    {
        await cluster.StopAsync();
        await cluster.StartAsync([second], [second], awaiting: true);
        await Eventually.TrueAsync(() => DrillCluster.Store(cluster.Access[0]).Why?.Contains("awaits", StringComparison.Ordinal) == true, "Access awaits a restore");
        await Eventually.TrueAsync(() => DrillCluster.Store(cluster.KeyRing[0]).Why?.Contains("awaits", StringComparison.Ordinal) == true, "KeyRing awaits a restore");
    }

    private async Task RestoreNothingAsync(string identity, StatusCode status)
    {
        using var channel = TestServers.Channel(cluster.Access[0].Address, cluster.Pki.Issue(identity));
        await RpcAssert.FailsAsync(status, null, async () =>
        {
            using var call = new Roots(channel).Restore(cancellationToken: DrillCluster.Token);
            await call.RequestStream.CompleteAsync();
            await call.ResponseAsync;
        });
    }

    private Task<byte[]> ReadAsync(string file) => System.IO.File.ReadAllBytesAsync(cluster.PathOf(file), DrillCluster.Token);

    /// <summary>Where the second section begins.</summary>
    private static int AccessLength(byte[] file)
    {
        var at = 8;
        while (true)
        {
            var end = file[at] == 3;
            at += 5 + System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at + 1));
            if (end)
            {
                return at;
            }
        }
    }
}
