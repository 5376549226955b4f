namespace Dkm.UnitTests.Standalone;

using System;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Standalone;
using Xunit;

public sealed class InstallationTests
{
    [Fact]
    public async Task OpenAsync_NewHomeAndAPortInUse_MakesNoHome()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = Math.Min(((IPEndPoint)taken.LocalEndpoint).Port, 65_532);
        var home = Path.Combine(Path.GetTempPath(), $"dkm-{Guid.NewGuid():N}");
        var options = new StandaloneOptions { Home = home, TrustDomain = "dkm.local", Development = true, Port = port, FirstAdministrators = [] };

        var trouble = await Assert.ThrowsAsync<DkmException>(() => Installation.OpenAsync(options, TimeProvider.System, TestContext.Current.CancellationToken));

        Assert.Equal(Ports.InUseReason, trouble.Reason);
        Assert.False(Directory.Exists(home));
    }

    [Theory]
    [InlineData(Ports.InUseReason, "\n  do  take free ports: dkm dev --port 0")]
    [InlineData(Reasons.StoreInUse, "\n  do  use the one that runs")]
    public void Lines_OfWhatStopsTheStart_SayWhatToDo(string reason, string expected) =>
        Assert.StartsWith(expected, StartAdvice.Lines(reason), StringComparison.Ordinal);
}
