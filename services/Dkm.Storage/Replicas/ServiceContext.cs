namespace Dkm.Storage;

using System;
using Microsoft.Extensions.Logging;

/// <summary>What the parts of one service's store share.</summary>
internal sealed record ServiceContext(
    IRevisionedStore Store,
    ServicePaths Paths,
    string ClusterId,
    StoreKeys Keys,
    RecordSealer Sealer,
    ServiceStoreOptions Options,
    HighWater HighWater,
    TimeProvider TimeProvider,
    ILogger Logger)
{
    public DateTimeOffset Now => TimeProvider.GetUtcNow();

    /// <summary>Opens a value at the manifest's path.</summary>
    public Refusal? OpenManifest(StoreEntry? entry, out Manifest? manifest)
    {
        manifest = null;
        if (entry is null)
        {
            return new Refusal("manifest", "the manifest", "nothing");
        }

        var refusal = Sealer.Open(Keys, entry, "manifest", out var record);
        if (record is not null && (manifest = Manifest.From(record)) is null)
        {
            refusal = new Refusal("manifest", "the manifest", $"a record of type {record.Header.Type}");
        }

        return refusal;
    }
}
