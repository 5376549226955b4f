namespace Dkm.IntegrationTests.Cli;

using System;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;
using Dkm.Client;
using Dkm.Core;
using Dkm.Testing;
using Xunit;

/// <summary>The commands of <c>dkm</c> against running services.</summary>
[Trait("Binaries", "published")]
public sealed class CommandTests(RunningStandalone running) : IClassFixture<RunningStandalone>
{
    private const string Ring = "mail/accounts";
    private const string Worker = "mailbox-worker";

    [Theory]
    [InlineData("--local")]
    [InlineData("--remote")]
    public async Task Unprotect_WithoutRing_OpensBothForms(string place)
    {
        var secret = Encoding.UTF8.GetBytes("\0binary\xff secret\n");
        foreach (var form in (string[][])[[], ["--text"]])
        {
            var made = await RunAsync(secret, ["protect", "--ring", Ring, "--context", "a=1", "--context", "b=2", "--identity", Worker, place, .. form]);
            var opened = await RunAsync(made.OutputBytes, "unprotect", "--context", "b=2", "--context", "a=1", "--identity", Worker, place);
            Assert.Equal(secret, opened.OutputBytes);
        }
    }

    [Fact]
    public async Task Protect_ByDefault_IsLocalForAHolder()
    {
        var made = await RunAsync([1, 2, 3], "protect", "--ring", Ring, "--identity", Worker, "--output", "json");
        var view = Json(made.Output);
        Assert.Equal("local", view.GetProperty("where").GetString());

        var opened = Json((await RunAsync(Encoding.ASCII.GetBytes(view.GetProperty("envelope").GetString()!), "unprotect", "--identity", Worker, "--output", "json")).Output);
        Assert.Equal([1, 2, 3], opened.GetProperty("plaintext").GetBytesFromBase64());
        Assert.Equal(Ring, opened.GetProperty("key_ring").GetString());
        Assert.Equal(view.GetProperty("key_id").GetString(), opened.GetProperty("key_id").GetString());
    }

    [Fact]
    public async Task Protect_WithoutHold_GoesThroughCrypto()
    {
        await RunAsync("pki", "issue", "reader", "--id", "spiffe://dkm.local/ns/mail/sa/reader");
        await RunAsync("group", "create", "readers", "--kind", "workload", "--member", "spiffe://dkm.local/ns/mail/sa/reader");
        await RunAsync("ring", "create", "mail/remote", "--bind", "readers=encrypt,decrypt");

        var made = Json((await RunAsync("x"u8.ToArray(), "protect", "--ring", "mail/remote", "--identity", "reader", "--output", "json")).Output);
        Assert.Equal("remote", made.GetProperty("where").GetString());
        var forced = await running.Home.DkmAsync("x"u8.ToArray(), "protect", "--ring", "mail/remote", "--identity", "reader", "--local");
        Assert.Equal(3, forced.ExitCode);
        Assert.Contains("hold on mail/remote", forced.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unprotect_OtherContext_IsExitCodeFive()
    {
        var made = await RunAsync("x"u8.ToArray(), "protect", "--ring", Ring, "--context", "a=1", "--identity", Worker);
        var opened = await running.Home.DkmAsync(made.OutputBytes, "unprotect", "--context", "a=2", "--identity", Worker, "--output", "json");

        Assert.Equal(5, opened.ExitCode);
        Assert.Empty(opened.Output);
        Assert.Equal("CANNOT_OPEN", Json(opened.Error).GetProperty("error").GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Out_OfAFailedUnprotect_DoesNotAppear()
    {
        var made = await RunAsync("x"u8.ToArray(), "protect", "--ring", Ring, "--identity", Worker);
        var failed = await running.Home.DkmAsync(made.OutputBytes, "unprotect", "--context", "a=2", "--identity", Worker, "--out", "plain");

        Assert.Equal(5, failed.ExitCode);
        Assert.Empty(Directory.GetFiles(running.Home.Folder, "plain*"));
    }

    [Fact]
    public async Task Reencrypt_AfterARoll_HasTheNewKey()
    {
        await RunAsync("ring", "create", "mail/rolling", "--bind", "workers=hold");
        var old = await RunAsync("x"u8.ToArray(), "protect", "--ring", "mail/rolling", "--identity", Worker);
        var key = Json((await RunAsync("ring", "roll", "mail/rolling", "--immediate", "--wait", "--output", "json")).Output).GetProperty("id").GetString();

        foreach (var place in (string[])["--local", "--remote"])
        {
            var renewed = Json((await RunAsync(old.OutputBytes, "reencrypt", "--identity", Worker, place, "--output", "json")).Output);
            Assert.Equal(key, renewed.GetProperty("key_id").GetString());
            Assert.NotEqual(key, renewed.GetProperty("source_key_id").GetString());
            var envelope = Encoding.ASCII.GetBytes(renewed.GetProperty("envelope").GetString()!);
            Assert.Equal("x", (await RunAsync(envelope, "unprotect", "--identity", Worker)).Output);
        }
    }

    /// <summary>What `dkm key compromise` advises must be doable by a caller that holds the ring too: locally the key is withdrawn.</summary>
    [Fact]
    public async Task Reencrypt_OfACompromisedKeyByAHolderWithThePermission_GoesThroughCrypto()
    {
        await RunAsync("ring", "create", "mail/known", "--bind", "workers=hold,decrypt_compromised");
        var old = await RunAsync("x"u8.ToArray(), "protect", "--ring", "mail/known", "--identity", Worker);
        var key = Json((await RunAsync("ring", "show", "mail/known", "--output", "json")).Output).GetProperty("primary_key_id").GetString()!;
        await RunAsync("key", "compromise", "mail/known", key, "--reason", "seen in a log");

        var opened = Json((await RunAsync(old.OutputBytes, "unprotect", "--identity", Worker, "--output", "json")).Output);
        Assert.Equal("remote", opened.GetProperty("where").GetString());
        Assert.Equal("x"u8.ToArray(), opened.GetProperty("plaintext").GetBytesFromBase64());
        var renewed = Json((await RunAsync(old.OutputBytes, "reencrypt", "--identity", Worker, "--output", "json")).Output);
        Assert.Equal(key, renewed.GetProperty("source_key_id").GetString());
        Assert.NotEqual(key, renewed.GetProperty("key_id").GetString());

        var local = await running.Home.DkmAsync(old.OutputBytes, "unprotect", "--identity", Worker, "--local");
        Assert.Equal(7, local.ExitCode);
        Assert.Contains("COMPROMISED", local.Error, StringComparison.Ordinal);

        // Without the permission Crypto refuses as the holder itself does.
        await RunAsync("ring", "unbind", "mail/known", "workers=decrypt_compromised");
        await Eventually.TrueAsync(
            async () => await running.Home.DkmAsync(old.OutputBytes, "unprotect", "--identity", Worker) is { ExitCode: 7 } refused
                && refused.Error.Contains("KEY_STATE", StringComparison.Ordinal),
            "KEY_STATE without the permission");
    }

    [Theory]
    [InlineData("--local")]
    [InlineData("--remote")]
    public async Task DataKey_Envelope_OpensToTheKey(string place)
    {
        var made = Json((await RunAsync("datakey", "--ring", Ring, "--length", "24", "--identity", Worker, place, "--output", "json")).Output);
        var key = made.GetProperty("plaintext").GetBytesFromBase64();
        Assert.Equal(24, key.Length);
        var envelope = Encoding.ASCII.GetBytes(made.GetProperty("envelope").GetString()!);
        Assert.Equal(key, (await RunAsync(envelope, "unprotect", "--identity", Worker)).OutputBytes);
    }

    [Fact]
    public async Task EnvelopeShow_ToAMember_NamesTheRing()
    {
        var made = await RunAsync("four"u8.ToArray(), "protect", "--ring", Ring, "--identity", Worker);

        var shown = Json((await RunAsync(made.OutputBytes, "envelope", "show", "--identity", Worker, "--output", "json")).Output);
        Assert.Equal(Ring, shown.GetProperty("key_ring").GetString());
        Assert.Equal("ACTIVE", shown.GetProperty("key_state").GetString());
        Assert.Equal(4, shown.GetProperty("plaintext_length").GetInt64());

        var stranger = Json((await RunAsync(made.OutputBytes, "envelope", "show", "--output", "json")).Output);
        Assert.False(stranger.TryGetProperty("key_ring", out _));
    }

    [Fact]
    public async Task Group_FromMakingToDeleting_IsAsAsked()
    {
        const string one = "spiffe://dkm.local/ns/a/sa/one";
        const string two = "spiffe://dkm.local/ns/a/sa/two";
        await RunAsync("group", "create", "passing", "--kind", "workload", "--description", "for a moment");
        await RunAsync("group", "add", "passing", two, one);
        await RunAsync("group", "remove", "passing", two);
        var shown = Json((await RunAsync("group", "show", "passing", "--output", "json")).Output);
        Assert.Equal([one], shown.GetProperty("members").EnumerateArray().Select(member => member.GetString()));
        Assert.Contains("passing", (await RunAsync("group", "list")).Output, StringComparison.Ordinal);

        Assert.Equal(7, (await running.Home.DkmAsync("group", "create", "passing", "--kind", "human")).ExitCode);
        Assert.Equal(5, (await running.Home.DkmAsync("group", "add", "passing", "spiffe://dkm.local/human/admin")).ExitCode);
        Assert.Equal(4, (await running.Home.DkmAsync("group", "remove", "passing", two)).ExitCode);
        Assert.Equal(3, (await running.Home.DkmAsync("group", "show", "passing", "--identity", Worker)).ExitCode);
        await RunAsync("group", "delete", "passing");
        Assert.Equal(4, (await running.Home.DkmAsync("group", "show", "passing")).ExitCode);
    }

    [Fact]
    public async Task Ring_FromMakingToUnbinding_IsAsAsked()
    {
        await RunAsync("ring", "create", "a/b", "--bind", "workers=encrypt", "--period", "30d", "--lead", "2h", "--key-lease", "4h", "--suite", "3");
        await RunAsync("ring", "update", "a/b", "--period", "60d", "--description", "changed");
        await RunAsync("ring", "bind", "a/b", "workers=decrypt,encrypt");
        var shown = Json((await RunAsync("ring", "show", "a/b", "--output", "json")).Output);
        var policy = shown.GetProperty("policy");
        Assert.Equal("60d", policy.GetProperty("rollover_period").GetString());
        Assert.Equal("2h", policy.GetProperty("activation_lead").GetString());
        Assert.Equal("4h", policy.GetProperty("key_lease").GetString());
        Assert.Equal(3, policy.GetProperty("suite").GetInt32());
        Assert.Equal(2, shown.GetProperty("bindings")[0].GetProperty("permissions").GetArrayLength());

        await RunAsync("ring", "unbind", "a/b", "workers");
        Assert.Equal(4, (await running.Home.DkmAsync("ring", "unbind", "a/b", "workers")).ExitCode);
        Assert.Equal(7, (await running.Home.DkmAsync("ring", "create", "a/b")).ExitCode);
        Assert.Equal(5, (await running.Home.DkmAsync("ring", "create", "A/b")).ExitCode);
        Assert.Equal(4, (await running.Home.DkmAsync("ring", "show", "no/such")).ExitCode);

        var keys = Json((await RunAsync("key", "list", "a/b", "--output", "json")).Output);
        var id = keys[0].GetProperty("id").GetString()!;
        Assert.True(Json((await RunAsync("key", "show", "a/b", id, "--output", "json")).Output).GetProperty("primary").GetBoolean());
        Assert.Equal("a/b", Json((await RunAsync("ring", "status", "a/b", "--output", "json")).Output).GetProperty("key_ring").GetString());
    }

    [Fact]
    public async Task Bind_OfABoundGroup_AddsAndUnbindTakesAway()
    {
        await RunAsync("ring", "create", "a/adding", "--bind", "workers=encrypt");
        Assert.Equal(["encrypt", "decrypt"], await BoundAsync("bind", "workers=decrypt"));
        Assert.Equal(["decrypt"], await BoundAsync("unbind", "workers=encrypt"));

        async Task<string[]> BoundAsync(string command, string what) =>
            [.. Json((await RunAsync("ring", command, "a/adding", what, "--output", "json")).Output)
                .GetProperty("bindings")[0].GetProperty("permissions").EnumerateArray().Select(permission => permission.GetString()!)];
    }

    [Fact]
    public async Task Group_DeletedAndMadeAgain_DoesNotLookBound()
    {
        const string member = "spiffe://dkm.local/ns/a/sa/again";
        await RunAsync("group", "create", "again", "--kind", "workload", "--member", member);
        await RunAsync("ring", "create", "a/again", "--bind", "again=hold");
        Assert.Contains("a/again (hold)", (await RunAsync("group", "delete", "again")).Output, StringComparison.Ordinal);
        await RunAsync("group", "create", "again", "--kind", "workload", "--member", member);

        await Eventually.TrueAsync(
            async () => (await RunAsync("ring", "show", "a/again")).Output.Contains("again(deleted)=hold", StringComparison.Ordinal)
                && (await running.Home.DkmAsync("access", "check", member, "a/again", "hold")).Output.Contains("earlier group of that name", StringComparison.Ordinal),
            "the recreated group is told apart");

        await RunAsync("ring", "bind", "a/again", "again=hold");
        Assert.DoesNotContain("deleted", (await RunAsync("ring", "show", "a/again")).Output, StringComparison.Ordinal);
        await RunAsync("access", "check", member, "a/again", "hold");
    }

    [Fact]
    public async Task GroupRemove_OfAHolder_SaysWhichRingsRollAndWhen()
    {
        const string member = "spiffe://dkm.local/ns/a/sa/leaving";
        await RunAsync("group", "create", "leavers", "--kind", "workload", "--member", member);
        await RunAsync("ring", "create", "a/leaving", "--bind", "leavers=hold", "--key-lease", "1h");

        var removed = await RunAsync("group", "remove", "leavers", member);

        Assert.Contains("a/leaving: a key that who was removed does not get becomes primary in about 1h", removed.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GroupChange_ThatTakesTheRingFromLiveHolders_WantsTheirNumber()
    {
        string[] members = ["spiffe://dkm.local/ns/a/sa/holder1", "spiffe://dkm.local/ns/a/sa/holder2"];
        await RunAsync("pki", "issue", "holder1", "--id", members[0]);
        await RunAsync("pki", "issue", "holder2", "--id", members[1]);
        await RunAsync("group", "create", "holders", "--kind", "workload", "--member", members[0], "--member", members[1]);
        await RunAsync("ring", "create", "a/held", "--bind", "holders=hold");
        await using var first = await HoldAsync("holder1", "a/held");
        await using var second = await HoldAsync("holder2", "a/held");

        foreach (string[] change in (string[][])[["group", "remove", "holders", .. members], ["group", "delete", "holders"], ["group", "delete", "holders", "--confirm-holders", "1"]])
        {
            var refused = await running.Home.DkmAsync(change);
            Assert.Equal(7, refused.ExitCode);
            Assert.Contains("2 of 2 live holders of ring 'a/held'", refused.Error, StringComparison.Ordinal);
            Assert.Contains("--confirm-holders 2", refused.Error, StringComparison.Ordinal);
        }

        Assert.Contains(members[1], (await RunAsync("group", "show", "holders")).Output, StringComparison.Ordinal);
        await RunAsync("group", "delete", "holders", "--confirm-holders", "2");
        await Eventually.TrueAsync(() => Lost(first, "a/held") && Lost(second, "a/held"), "both holders lose the ring");
    }

    [Fact]
    public async Task RollWait_TimeIsUp_SaysWhatItWaitedFor()
    {
        await RunAsync("ring", "create", "a/slow");
        var waited = await running.Home.DkmAsync("ring", "roll", "a/slow", "--wait", "--timeout", "2s");

        Assert.Equal(6, waited.ExitCode);
        Assert.Contains("becomes primary at", waited.Error, StringComparison.Ordinal);
        Assert.Contains("longer than --timeout 2s", waited.Error, StringComparison.Ordinal);
        Assert.Contains("dkm ring status a/slow", waited.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("doctor", waited.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await running.Home.DkmAsync("ring", "status", "a/slow", "--watch", "--timeout", "8s")).ExitCode);
    }

    [Fact]
    public async Task RingUpdate_ShorterLease_StatusTellsOfOldLeases()
    {
        await RunAsync("ring", "create", "a/shorter");
        await RunAsync("ring", "update", "a/shorter", "--key-lease", "1m");

        Assert.Contains("old leases", (await RunAsync("ring", "status", "a/shorter")).Output, StringComparison.Ordinal);
        var refused = await running.Home.DkmAsync("ring", "update", "a/shorter", "--period", "30m");
        Assert.Equal(5, refused.ExitCode);
        Assert.Contains("--lead", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("rollover_period", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AccessCheck_Answers_ByExitCodeToo()
    {
        await RunAsync("access", "check", "spiffe://dkm.local/ns/mail/sa/mailbox-worker", Ring, "decrypt");
        var denied = await running.Home.DkmAsync("access", "check", "spiffe://dkm.local/human/admin", Ring, "decrypt");
        Assert.Equal(3, denied.ExitCode);
        Assert.Contains("denied", denied.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_WhileAllIsWell_SaysSo()
    {
        var result = await running.Home.DkmAsync("doctor");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
    }

    private static bool Lost(DkmClient client, string ring) =>
        Record.Exception(() => client.Ring(ring).Protect("x"u8, DkmContext.Empty)) is DkmException { Kind: ErrorKind.PermissionDenied };

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    /// <summary>A process of that identity which holds the ring, and is counted among its holders.</summary>
    private async Task<DkmClient> HoldAsync(string identity, string ring)
    {
        var configuration = running.Home.Configuration;
        var options = new DkmClientOptions
        {
            TrustDomain = configuration.TrustDomain,
            IdentityDirectory = Path.Combine(running.Home.Home, "pki", identity),
            Rings = { ring },
        };
        foreach (var address in configuration.KeyRing!)
        {
            options.KeyRingAddresses.Add(address);
        }

        var client = DkmClient.Create(options);
        await client.ReadyAsync(TestContext.Current.CancellationToken);
        return client;
    }

    private Task<CommandResult> RunAsync(params string[] arguments) => RunAsync([], arguments);

    private async Task<CommandResult> RunAsync(byte[] input, params string[] arguments)
    {
        var result = await running.Home.DkmAsync(input, arguments);
        Assert.True(result.ExitCode == 0, $"dkm {string.Join(' ', arguments)}: exit code {result.ExitCode}\n{result.Error}{result.Output}");
        return result;
    }
}
