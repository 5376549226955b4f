namespace Dkm.Standalone;

using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Storage;
using Dkm.Transport;
using Microsoft.Extensions.Logging.Abstractions;

/// <summary>One home in use: its identities, its store, and the ports of this run. Whoever has the store has the home.</summary>
internal sealed class Installation : IAsyncDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private Installation(StandaloneOptions options, Ports ports, SqliteStore store)
    {
        Options = options;
        Ports = ports;
        Store = store;
    }

    public StandaloneOptions Options { get; }

    public Ports Ports { get; }

    public SqliteStore Store { get; }

    public string Database => StoreFile(Options);

    public TrustOptions Trust => DevelopmentPki.Trust(Options.Home, Options.TrustDomain);

    /// <exception cref="DkmException">Another process has the home, a port is in use, or a file is not as it should be.</exception>
    public static async Task<Installation> OpenAsync(StandaloneOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        RefuseCluster(options.Home);
        if (DkmHome.ReadConfiguration(options.Home) is null)
        {
            // A home that can't be used yet is not made. Where there is one, whether somebody runs on it is told first.
            _ = Ports.Choose(options.Port, last: null);
        }

        DkmHome.Ensure(options.Home);
        EnsureDirectory(options.Home, "data");
        EnsureDirectory(options.Home, "roots");
        EnsureDirectory(options.Home, "state");
        var store = await OpenStoreAsync(options, time, cancellationToken);
        try
        {
            if (options.Development)
            {
                DevelopmentPki.Ensure(options.Home, options.TrustDomain, time);
            }

            var ports = Ports.Choose(options.Port, DkmHome.ReadConfiguration(options.Home));
            DkmHome.WriteConfiguration(options.Home, new HomeConfiguration
            {
                TrustDomain = options.TrustDomain,
                Access = ports.AccessAddress,
                KeyRing = ports.KeyRingAddress,
                Crypto = ports.CryptoAddress,
                Health = ports.HealthAddress,
            });
            return new Installation(options, ports, store);
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    public IdentityFiles Identity(DkmService service) => IdentityFiles.FromDirectory(
        DkmHome.IdentityDirectory(Options.Home, service.ToString().ToLowerInvariant()));

    /// <summary>Beside the database: an old copy of the one without the other is noticed, an old copy of both is not.</summary>
    public string StateDirectory => Path.Combine(Options.Home, "state");

    /// <summary>Each service wraps its store key with a root of its own.</summary>
    public string RootFile(DkmService service) => Path.Combine(Options.Home, "roots", $"{service.ToString().ToLowerInvariant()}.root");

    public ValueTask DisposeAsync() => Store.DisposeAsync();

    /// <summary>Our addresses would take the place of those of its replicas.</summary>
    private static void RefuseCluster(string home)
    {
        if (DkmHome.ReadConfiguration(home) is { } configuration
            && ((ServiceAddresses?[])[configuration.Access, configuration.KeyRing, configuration.Crypto]).Any(addresses => addresses is { Count: > 1 }))
        {
            throw new DkmException(
                ErrorKind.FailedPrecondition,
                Reasons.HomeConfiguration,
                $"{home} is the home of a cluster: its config.json names several replicas; name another home (DKM_HOME)");
        }
    }

    private static async Task<SqliteStore> OpenStoreAsync(StandaloneOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var file = StoreFile(options);
        try
        {
            return await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = file }, time, NullLogger.Instance, cancellationToken);
        }
        catch (DkmException e) when (e.Reason == Reasons.StoreInUse)
        {
            throw new DkmException(
                ErrorKind.FailedPrecondition, e.Reason, $"another dkm-standalone runs on {options.Home}", null, e);
        }
    }

    private static string StoreFile(StandaloneOptions options) => Path.Combine(options.Home, "data", "dkm.db");

    private static void EnsureDirectory(string home, string name)
    {
        var path = Path.Combine(home, name);
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, OwnerOnly);
        }
    }
}
