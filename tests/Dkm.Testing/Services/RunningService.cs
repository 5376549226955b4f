namespace Dkm.Testing.Services;

using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading.Tasks;
using Dkm.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

/// <summary>A service in this process, on free ports, over real TLS. A test in which it logs an error that nobody expected fails.</summary>
public sealed class RunningService : IAsyncDisposable
{
    private readonly LogCollector log = new();
    private bool stopped;

    private RunningService(WebApplication app)
    {
        App = app;
        app.Services.GetRequiredService<ILoggerFactory>().AddProvider(log);
    }

    public WebApplication App { get; }

    public LogCollector Log => log;

    /// <summary>Set by a test that makes the service log errors.</summary>
    public bool ErrorsExpected { get; set; }

    /// <summary>gRPC over mTLS.</summary>
    public Uri Address => new(App.Urls.Single(url => url.StartsWith("https://", StringComparison.Ordinal)));

    /// <summary>The plain port.</summary>
    public Uri HealthAddress => new(App.Urls.Single(url => url.StartsWith("http://", StringComparison.Ordinal)));

    public static async Task<RunningService> StartAsync(WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var service = new RunningService(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return service;
    }

    /// <summary>Until every part says that it is ready, or the one that is named.</summary>
    public Task ReadyAsync(string? part = null) => Eventually.TrueAsync(
        () => Parts(part).All(one => one.Ready), "ready: " + string.Join(", ", Parts(part).Select(one => $"{one.Name}: {one.Why}")));

    /// <summary>As SIGTERM does.</summary>
    public async Task<TimeSpan> StopAsync()
    {
        var watch = Stopwatch.StartNew();
        stopped = true;
        await App.StopAsync(TestContext.Current.CancellationToken);
        return watch.Elapsed;
    }

    public async ValueTask DisposeAsync()
    {
        if (!stopped)
        {
            await App.StopAsync();
        }

        await App.DisposeAsync();
        Assert.True(ErrorsExpected || log.Errors.Count == 0, "logged: " + string.Join('\n', log.Errors));
    }

    private IEnumerable<IReadiness> Parts(string? name) => App.Services.GetServices<IReadiness>().Where(part => name is null || part.Name == name);
}
