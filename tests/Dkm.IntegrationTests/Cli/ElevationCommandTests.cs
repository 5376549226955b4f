namespace Dkm.IntegrationTests.Cli;

using System;
using System.Text.Json;
using System.Threading.Tasks;
using Dkm.Core;
using Xunit;

/// <summary>An operator and two levels of approvers go through the whole of it from the terminal.</summary>
[Trait("Binaries", "published")]
public sealed class ElevationCommandTests(RunningStandalone running) : IClassFixture<RunningStandalone>
{
    private const string Ring = "mail/accounts";

    [Fact]
    public async Task Elevate_RequestApproveCredentialUseRevoke_FromTheTerminal()
    {
        foreach (var name in new[] { "ops", "mia", "leo" })
        {
            await OkAsync("pki", "issue", name, "--id", $"spiffe://dkm.local/human/{name}");
        }

        await OkAsync("group", "create", "managers", "--kind", "human", "--member", "spiffe://dkm.local/human/mia");
        await OkAsync("group", "create", "legal", "--kind", "human", "--member", "spiffe://dkm.local/human/leo");
        await OkAsync("ring", "create", "mail/other", "--bind", "workers=hold");
        var policy = await JsonAsync("group", "elevation", "workers", "--level", "managers=1", "--level", "legal=1", "--max", "1h", "--output", "json");
        Assert.Equal("1h", policy.GetProperty("elevation").GetProperty("max_duration").GetString());
        var envelope = (await OkAsync("secret"u8.ToArray(), "protect", "--ring", Ring, "--identity", "mailbox-worker")).OutputBytes;
        var other = (await OkAsync("secret"u8.ToArray(), "protect", "--ring", "mail/other", "--identity", "mailbox-worker")).OutputBytes;

        await FailsAsync(3, Reasons.HumansHoldNoKeys, envelope, "unprotect", "--identity", "ops");
        await FailsAsync(5, Reasons.DurationOverCap, [], "elevate", "request", "--group", "workers", "--reason", "r", "--duration", "2h", "--identity", "ops");
        var id = (await JsonAsync(
            "elevate", "request", "--group", "workers", "--reason", "a mail does not open", "--ticket", "INC-7", "--duration", "30m", "--ring", Ring, "--identity", "ops", "--output", "json"))
            .GetProperty("id").GetString()!;
        await FailsAsync(3, Reasons.OwnPetition, [], "elevate", "approve", id, "--identity", "ops");
        await FailsAsync(3, Reasons.NotAnApprover, [], "elevate", "approve", id, "--identity", "leo");
        await FailsAsync(7, Reasons.PetitionNotActive, [], "elevate", "credential", id, "--identity", "ops");
        Assert.Contains(id, (await OkAsync("elevate", "list", "--waiting", "--identity", "mia")).Output, StringComparison.Ordinal);
        await FailsAsync(5, Reasons.DigestMismatch, [], "elevate", "approve", id, "--digest", "00", "--identity", "mia");
        await OkAsync("elevate", "approve", id, "--reason", "fine", "--identity", "mia");
        Assert.Equal("ACTIVE", (await JsonAsync("elevate", "approve", id, "--identity", "leo", "--output", "json")).GetProperty("state").GetString());

        var credential = await JsonAsync("elevate", "credential", id, "--identity", "ops", "--output", "json");
        var elevated = credential.GetProperty("identity").GetString()!;
        Assert.Equal($"elevated-{id}", elevated);
        await OkAsync("elevate", "credential", id, "--identity", "ops");

        Assert.Equal("secret", (await OkAsync(envelope, "unprotect", "--identity", elevated)).Output);
        await FailsAsync(3, Reasons.KeyUnknownOrNotYours, other, "unprotect", "--identity", elevated);
        await FailsAsync(3, Reasons.CallerClass, [], "group", "list", "--identity", elevated);

        await OkAsync("elevate", "revoke", id, "--reason", "found it", "--identity", "ops");
        Assert.Contains("REVOKED", (await OkAsync("elevate", "show", id, "--identity", "mia")).Output, StringComparison.Ordinal);
        await FailsAsync(3, Reasons.ElevationOver, envelope, "unprotect", "--identity", elevated);
    }

    private Task<CommandResult> OkAsync(params string[] arguments) => OkAsync([], arguments);

    private async Task<CommandResult> OkAsync(byte[] input, params string[] arguments)
    {
        var result = await running.Home.DkmAsync(input, arguments);
        Assert.True(result.ExitCode == 0, $"{string.Join(' ', arguments)}: {result.Error}");
        return result;
    }

    private async Task<JsonElement> JsonAsync(params string[] arguments) => JsonDocument.Parse((await OkAsync(arguments)).Output).RootElement;

    private async Task FailsAsync(int exitCode, string reason, byte[] input, params string[] arguments)
    {
        var result = await running.Home.DkmAsync(input, [.. arguments, "--output", "json"]);
        Assert.True(result.ExitCode == exitCode, $"{string.Join(' ', arguments)}: {result.ExitCode} {result.Error}");
        Assert.Equal(reason, JsonDocument.Parse(result.Error).RootElement.GetProperty("error").GetProperty("reason").GetString());
    }
}
