namespace Dkm.IntegrationTests.Backups;

using System;
using System.Collections.Generic;
using System.IO;
using System.Threading.Tasks;
using Dkm.IntegrationTests.Cli;
using Xunit;

/// <summary>The drill of the README, by the published executables.</summary>
[Trait("Binaries", "published")]
public sealed class StandaloneDrillTests : IDisposable
{
    private readonly TestHome home = new();

    public void Dispose() => home.Dispose();

    [Fact]
    public async Task Drill_OfTheReadme_IsAsWritten()
    {
        await using var first = home.StartStandalone();
        await first.WaitForLineAsync("ready", TestHome.StartLimit);
        await SucceedAsync("group", "create", "mailbox-workers", "--kind", "workload");
        await SucceedAsync("group", "add", "mailbox-workers", "spiffe://dkm.local/ns/mail/sa/mailbox-worker");
        await SucceedAsync("ring", "create", "mail/connected-accounts", "--bind", "mailbox-workers=hold");
        var made = await home.DkmAsync("hunter2"u8.ToArray(), "protect", "--ring", "mail/connected-accounts", "--identity", "mailbox-worker", "--out", "secret.dkm");
        Assert.True(made.ExitCode == 0, made.Error);
        await SucceedAsync("backup", "monday.dkmbackup");

        var drill = Path.Combine(home.Folder, "drill");
        Directory.CreateDirectory(Path.Combine(drill, "roots"));
        foreach (var root in Directory.GetFiles(Path.Combine(home.Home, "roots")))
        {
            File.Copy(root, Path.Combine(drill, "roots", Path.GetFileName(root)));
        }

        var environment = new Dictionary<string, string>(home.Environment, StringComparer.Ordinal) { ["DKM__Store__AwaitRestore"] = "true" };
        await using var second = ChildProcess.Start(Binaries.Find("dkm"), ["dev", "--home", drill, "--port", "0"], environment);
        await second.WaitForLineAsync("not ready yet", TestHome.StartLimit);
        Assert.Contains("awaits a restore", second.Said, StringComparison.Ordinal);
        await SucceedAsync("restore", "monday.dkmbackup", "--home", drill);
        await second.WaitForLineAsync("ready", TestHome.StartLimit);
        Assert.Equal("hunter2", (await SucceedAsync("unprotect", "secret.dkm", "--identity", "mailbox-worker", "--home", drill)).Output);
    }

    private async Task<CommandResult> SucceedAsync(params string[] arguments)
    {
        var result = await home.DkmAsync(arguments);
        Assert.True(result.ExitCode == 0, $"dkm {string.Join(' ', arguments)}: {result.ExitCode} {result.Error}{result.Output}");
        return result;
    }
}
