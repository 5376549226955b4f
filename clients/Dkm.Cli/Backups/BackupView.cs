namespace Dkm.Cli.Backups;

using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Dkm.Cli.Output;

/// <summary>What a backup holds.</summary>
internal sealed record BackupView
{
    public required string File { get; init; }

    public required string BackupId { get; init; }

    public required string ClusterId { get; init; }

    /// <summary>The store's revision that it is of.</summary>
    public required long StoreRevision { get; init; }

    public required string? CreateTime { get; init; }

    public required IReadOnlyList<SectionView> Sections { get; init; }

    public static BackupView Of(string file, SectionScanner access, SectionScanner keyRing) => new()
    {
        File = file,
        BackupId = access.Header.BackupId,
        ClusterId = access.Header.ClusterId,
        StoreRevision = access.Header.StoreRevision,
        CreateTime = Times.Of(access.Header.CreateTime),
        Sections = [SectionView.Of(access), SectionView.Of(keyRing)],
    };

    public string ToText() => Columns.Facts(
    [
        ("backup", BackupId),
        ("file", File),
        ("made at", CreateTime),
        ("installation", ClusterId),
        ("store revision", StoreRevision.ToString(CultureInfo.InvariantCulture)),
        .. Sections.Select(section => (section.Service, (string?)$"version {section.Version}, {section.Entries} entries, {section.Bytes} bytes")),
        .. Sections.Select(section => ("needs", (string?)$"{string.Join(", ", section.Roots)} ({section.Service}'s root)")),
    ]);
}
