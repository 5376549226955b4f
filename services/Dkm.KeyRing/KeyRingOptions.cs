namespace Dkm.KeyRing;

using Dkm.Hosting;
using Dkm.Storage;
using Dkm.Transport;

/// <summary>What KeyRing needs in order to run.</summary>
public sealed record KeyRingOptions
{
    public required ServerOptions Server { get; init; }

    /// <summary>Where Access is: all of its replicas.</summary>
    public required ServiceAddresses Access { get; init; }

    /// <summary>The embedded store's file; null where the store is etcd or handed in.</summary>
    public string? StoreFile { get; init; }

    /// <summary>Where etcd is; null where the store is embedded or handed in.</summary>
    public EtcdStoreOptions? Etcd { get; init; }

    /// <summary>Where the highest version seen is kept, outside the store; null keeps none.</summary>
    public string? StateDirectory { get; init; }

    /// <summary>An older state that is taken all the same; see <see cref="ServiceStoreOptions.AcceptVersion"/>.</summary>
    public ManifestVersion? AcceptVersion { get; init; }

    /// <summary>Make nothing in an empty store, but wait until a restore has filled it; see <see cref="AwaitedRestore"/>.</summary>
    public bool AwaitRestore { get; init; }

    /// <summary>The root that wraps KeyRing's store key and wrapping keys: 32 bytes, made at the first start in development only.</summary>
    public required string RootFile { get; init; }

    /// <summary>See <see cref="FileRoot.Open"/>.</summary>
    public bool RootGroupMayRead { get; init; }

    /// <summary>Floors and clocks.</summary>
    public InstallationOptions Installation { get; init; } = new();
}
