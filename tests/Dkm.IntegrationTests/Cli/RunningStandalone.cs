namespace Dkm.IntegrationTests.Cli;

using System.Threading.Tasks;
using Xunit;

/// <summary>The published dkm-standalone on a home of its own, with a group <c>workers</c> (mailbox-worker) and a ring <c>mail/accounts</c> that it holds.</summary>
public sealed class RunningStandalone : IAsyncLifetime
{
    private ChildProcess? standalone;

    internal TestHome Home { get; } = new();

    public async ValueTask InitializeAsync()
    {
        standalone = Home.StartStandalone();
        await standalone.WaitForLineAsync("ready", TestHome.StartLimit);
        await DoAsync("group", "create", "workers", "--kind", "workload");
        await DoAsync("group", "add", "workers", "spiffe://dkm.local/ns/mail/sa/mailbox-worker");
        await DoAsync("ring", "create", "mail/accounts", "--bind", "workers=hold");
    }

    public async ValueTask DisposeAsync()
    {
        if (standalone is not null)
        {
            await standalone.DisposeAsync();
        }

        Home.Dispose();
    }

    private async Task DoAsync(params string[] arguments)
    {
        var result = await Home.DkmAsync(arguments);
        Assert.True(result.ExitCode == 0, result.Error);
    }
}
