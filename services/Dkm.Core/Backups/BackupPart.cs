namespace Dkm.Core.Backups;

/// <summary>What a frame of a backup's section is. Part of the format: never renumbered.</summary>
public enum BackupPart : byte
{
    /// <summary><c>dkm.backup.v1.SectionHeader</c>, once, first.</summary>
    Header = 1,

    /// <summary><c>dkm.backup.v1.SectionEntry</c>.</summary>
    Entry = 2,

    /// <summary><c>dkm.backup.v1.SectionTrailer</c>, once, last.</summary>
    Trailer = 3,
}
