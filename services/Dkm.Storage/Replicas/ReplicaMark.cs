namespace Dkm.Storage;

/// <summary>What was known when a linearizable read began; the read may not show anything older.</summary>
/// <param name="Version">What was held.</param>
/// <param name="ManifestRevision">The store's revision that wrote that.</param>
/// <param name="Seen">The highest version seen: held, kept from before a restart, or told of by another replica.</param>
internal readonly record struct ReplicaMark(ManifestVersion Version, long ManifestRevision, ManifestVersion Seen = default)
{
    public ManifestVersion Floor => Seen > Version ? Seen : Version;
}
