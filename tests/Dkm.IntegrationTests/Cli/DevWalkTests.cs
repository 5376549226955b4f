namespace Dkm.IntegrationTests.Cli;

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using Xunit;

/// <summary>The README's walk in two terminals, by the published executables.</summary>
[Trait("Binaries", "published")]
public sealed class DevWalkTests : IDisposable
{
    private const string Ring = "mail/connected-accounts";
    private const string Context = "address=ada@hotmail.com";

    private readonly TestHome home = new();

    public void Dispose() => home.Dispose();

    [Theory]
    [InlineData("-INT")]
    [InlineData("-TERM")]
    public async Task Walk_InTwoTerminals_IsAsPrinted(string signal)
    {
        await using var dev = ChildProcess.Start(Binaries.Find("dkm"), ["dev"], home.Environment);
        await dev.WaitForLineAsync("ready", TestHome.StartLimit);
        await dev.WaitForLineAsync("Ctrl-C", TestHome.StartLimit);
        var paste = dev.Said.Split('\n').Where(line => line.StartsWith("  ", StringComparison.Ordinal) && line.Contains("dkm", StringComparison.Ordinal)).ToList();
        Assert.Equal(6, paste.Count);
        Assert.StartsWith("  export PATH=", paste[0], StringComparison.Ordinal);

        await SucceedAsync("group", "create", "mailbox-workers", "--kind", "workload");
        await SucceedAsync("group", "add", "mailbox-workers", "spiffe://dkm.local/ns/mail/sa/mailbox-worker");
        await SucceedAsync("ring", "create", Ring, "--bind", "mailbox-workers=hold");
        var made = await home.DkmAsync(
            "hunter2"u8.ToArray(), "protect", "--ring", Ring, "--context", Context, "--identity", "mailbox-worker", "--out", "secret.dkm");
        Assert.True(made.ExitCode == 0, made.Error);
        Assert.Equal("hunter2", (await SucceedAsync("unprotect", "secret.dkm", "--context", Context, "--identity", "mailbox-worker")).Output);

        var denied = await home.DkmAsync("unprotect", "secret.dkm", "--context", Context);
        Assert.Equal(3, denied.ExitCode);
        Assert.Empty(denied.Output);
        Assert.Contains("spiffe://dkm.local/human/admin", denied.Error, StringComparison.Ordinal);
        Assert.Contains("decrypt", denied.Error, StringComparison.Ordinal);

        await dev.SignalAsync(signal);
        Assert.Equal(0, await dev.ExitCodeAsync(TestHome.StopLimit));
        Assert.Contains("\nstopped", dev.Said, StringComparison.Ordinal);
        Assert.Equal(1, dev.Said.Split("Development=true").Length - 1);
        Assert.Equal(6, (await home.DkmAsync("ring", "list")).ExitCode);
    }

    [Fact]
    public async Task PastedLines_InAShell_Work()
    {
        await using var dev = ChildProcess.Start(Binaries.Find("dkm"), ["dev"], home.Environment);
        await dev.WaitForLineAsync("Ctrl-C", TestHome.StartLimit);
        var paste = dev.Said.Split('\n').Where(line => line.StartsWith("  ", StringComparison.Ordinal) && line.Contains("dkm", StringComparison.Ordinal));

        // Another terminal has neither the path nor the home, and may be anywhere.
        var result = await ChildProcess.RunAsync("/bin/bash", ["-c", string.Join('\n', paste)], new Dictionary<string, string>(), folder: home.Folder);

        Assert.Contains("\nhunter2\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("exit code 3", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dev_HomeRemovedUnderIt_SaysSoAndStops()
    {
        await using var dev = ChildProcess.Start(Binaries.Find("dkm"), ["dev"], home.Environment);
        await dev.WaitForLineAsync("ready", TestHome.StartLimit);

        Directory.Delete(home.Home, recursive: true);

        Assert.Equal(7, await dev.ExitCodeAsync(TimeSpan.FromSeconds(10)));
        Assert.Contains("somebody removed the home", dev.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dev_KilledHard_TakesTheServicesWithIt()
    {
        await using var dev = ChildProcess.Start(Binaries.Find("dkm"), ["dev"], home.Environment);
        await dev.WaitForLineAsync("ready", TestHome.StartLimit);
        dev.Kill();

        // Whoever gets the home next shows that it is free.
        await using var next = home.StartStandalone();
        await next.WaitForLineAsync("ready", TestHome.StartLimit);
    }

    private async Task<CommandResult> SucceedAsync(params string[] arguments)
    {
        var result = await home.DkmAsync(arguments);
        Assert.True(result.ExitCode == 0, $"{string.Join(' ', arguments)}: {result.Error}{Encoding.UTF8.GetString(result.OutputBytes)}");
        return result;
    }
}
