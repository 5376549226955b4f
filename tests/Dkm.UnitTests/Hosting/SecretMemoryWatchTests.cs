namespace Dkm.UnitTests.Hosting;

using System;
using System.Threading.Tasks;
using Dkm.Core.Secrets;
using Dkm.Hosting;
using Dkm.Testing.Services;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Xunit;

public sealed class SecretMemoryWatchTests
{
    private SecretMemoryStatus status = new(true, 65_536, 65_536, true, null);

    [Fact]
    public async Task Limit_ReachedLater_IsToldOnce()
    {
        var time = new FakeTimeProvider();
        using var log = new LogCollector();
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(log));
        using var watch = new SecretMemoryWatch(() => status, time, loggers.CreateLogger<SecretMemoryWatch>());
        await watch.StartAsync(TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(log.Lines);

        status = status with { Locked = false, TotalBytes = 131_072, FailureReason = "the limit is 64 KiB" };
        time.Advance(TimeSpan.FromMinutes(1));
        await watch.ExecuteTask!.WaitAsync(TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromMinutes(10));

        Assert.Contains("Only 65536 of 131072 bytes", Assert.Single(log.Lines), StringComparison.Ordinal);
    }
}
