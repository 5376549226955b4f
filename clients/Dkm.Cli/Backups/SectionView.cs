namespace Dkm.Cli.Backups;

using System.Collections.Generic;

/// <summary>One service's section of a backup.</summary>
internal sealed record SectionView
{
    public required string Service { get; init; }

    /// <summary>Where the service's records were: epoch, dot, number.</summary>
    public required string Version { get; init; }

    public required long Entries { get; init; }

    public required long Bytes { get; init; }

    /// <summary>Without these nothing of it opens.</summary>
    public required IReadOnlyList<string> Roots { get; init; }

    public static SectionView Of(SectionScanner scanner) => new()
    {
        Service = scanner.Header.Service,
        Version = $"{scanner.Header.Epoch}.{scanner.Header.Number}",
        Entries = scanner.Entries,
        Bytes = scanner.Bytes,
        Roots = scanner.Header.RootIds,
    };
}
