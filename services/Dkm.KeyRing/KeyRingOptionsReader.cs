namespace Dkm.KeyRing;

using System;
using Dkm.Core;
using Dkm.Hosting.Configuration;
using Dkm.Storage;

/// <summary>The configuration of the KeyRing process.</summary>
public static class KeyRingOptionsReader
{
    private static readonly TimeSpan Instant = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Year = TimeSpan.FromDays(365);

    public static KeyRingOptions Read(StrictConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var server = configuration.ReadServer(DkmService.KeyRing);
        var store = StoreSettings.Read(configuration.Find, configuration.Duration, configuration.Mistake, server.Development);
        return new KeyRingOptions
        {
            Server = server,
            Access = configuration.Addresses("Access"),
            StoreFile = store.File,
            Etcd = store.Etcd,
            StateDirectory = store.StateDirectory,
            AcceptVersion = store.AcceptVersion,
            AwaitRestore = store.AwaitRestore,
            RootFile = server.Development ? configuration.Text("Root:File") : configuration.File("Root:File"),
            RootGroupMayRead = configuration.Flag("Root:GroupMayRead"),
            Installation = ReadInstallation(configuration, server.Development),
        };
    }

    private static InstallationOptions ReadInstallation(StrictConfiguration configuration, bool development)
    {
        var defaults = development ? InstallationOptions.ForDevelopment : new InstallationOptions();

        // Outside development a floor may be raised, not lowered.
        var least = development ? Instant : (TimeSpan?)null;
        return new InstallationOptions
        {
            MinimumRolloverPeriod = Read("MinimumRolloverPeriod", defaults.MinimumRolloverPeriod),
            MinimumLead = Read("MinimumLead", defaults.MinimumLead),
            MinimumDestroyDelay = Read("MinimumDestroyDelay", defaults.MinimumDestroyDelay),
            MaxSkew = Read("MaxSkew", defaults.MaxSkew),
            MaxRefresh = Read("MaxRefresh", defaults.MaxRefresh),
        };

        TimeSpan Read(string key, TimeSpan fallback) => configuration.Duration("Installation:" + key, fallback, least ?? fallback, Year);
    }
}
