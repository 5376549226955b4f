namespace Dkm.Transport;

using System.Collections.Frozen;
using System.Collections.Generic;
using System.Security.Cryptography.X509Certificates;
using Dkm.Core;

/// <summary>All that trust is at one moment. Replaced as a whole, never changed.</summary>
internal sealed class TrustSnapshot
{
    public TrustSnapshot(long version, IReadOnlyDictionary<IdentityClass, TrustBundle> bundles, DenyList denied)
    {
        Version = version;
        Bundles = bundles.ToFrozenDictionary();
        Denied = denied;
        foreach (var bundle in Bundles.Values)
        {
            AllAnchors.AddRange(bundle.Anchors);
        }
    }

    public long Version { get; }

    public FrozenDictionary<IdentityClass, TrustBundle> Bundles { get; }

    public X509Certificate2Collection AllAnchors { get; } = [];

    public DenyList Denied { get; }
}
