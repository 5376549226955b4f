namespace Dkm.Access;

using System;
using System.Collections.Generic;
using Dkm.Core;
using Dkm.Hosting;
using Dkm.Storage;
using Dkm.Transport;

/// <summary>What Access needs in order to run.</summary>
public sealed record AccessOptions
{
    public required ServerOptions Server { get; init; }

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

    /// <summary>The root that wraps Access's store key: 32 bytes, made at the first start in development only.</summary>
    public required string RootFile { get; init; }

    /// <summary>See <see cref="FileRoot.Open"/>.</summary>
    public bool RootGroupMayRead { get; init; }

    /// <summary>Who administers a new installation. Looked at once, while there is no group of administrators yet.</summary>
    public IReadOnlyList<SpiffeId> FirstAdministrators { get; init; } = [];

    /// <summary>The CA that vouches for elevated identities and nothing else; null: nobody gets a temporary credential from this replica.</summary>
    public CertificateAuthorityFiles? ElevationCa { get; init; }

    /// <summary>How many other administrators have to approve a change of trust.</summary>
    public int TrustChangeApprovals { get; init; } = 1;

    /// <summary>How often a policy stream hears that nothing has changed.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often the store is asked whether what is held is the newest. Those who follow the policy count its age from there.</summary>
    public TimeSpan Refresh { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>After so long without a confirmation of the store those who follow the policy are sent to another replica, well before Crypto refuses elevated callers (30 s).</summary>
    public TimeSpan CutOff { get; init; } = TimeSpan.FromSeconds(10);
}
