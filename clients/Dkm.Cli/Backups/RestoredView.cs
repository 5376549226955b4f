namespace Dkm.Cli.Backups;

using Dkm.Backup.V1;
using Dkm.Cli.Output;
using Dkm.Core;

/// <summary>What a restore did to one service.</summary>
internal sealed record RestoredView
{
    public required string Service { get; init; }

    /// <summary>Where its records are now.</summary>
    public required string Version { get; init; }

    /// <summary>Left out if it was restored before.</summary>
    public long? Records { get; init; }

    /// <summary>It had been restored from this very backup before.</summary>
    public required bool Already { get; init; }

    /// <summary>Of the keys to destroy, those in the backup. KeyRing only.</summary>
    public long? DestroyedKeys { get; init; }

    /// <summary>Of the keys to destroy, those that the backup does not have. KeyRing only.</summary>
    public long? UnknownKeys { get; init; }

    /// <summary>Keys whose destruction would be due by now, or soon, and was called off. KeyRing only.</summary>
    public long? CalledOffDestructions { get; init; }

    public static RestoredView Of(DkmService service, RestoreResponse response) => new()
    {
        Service = Words.Of(service),
        Version = response.Version,
        Records = response.AlreadyRestored ? null : response.RecordCount,
        Already = response.AlreadyRestored,
        DestroyedKeys = service == DkmService.KeyRing && !response.AlreadyRestored ? response.DestroyedKeyCount : null,
        UnknownKeys = service == DkmService.KeyRing && !response.AlreadyRestored ? response.UnknownKeyCount : null,
        CalledOffDestructions = service == DkmService.KeyRing && !response.AlreadyRestored ? response.CalledOffDestructionCount : null,
    };

    public string ToText() => Already ? $"version {Version}, restored from this backup before" : $"version {Version}, {Records} records";
}
