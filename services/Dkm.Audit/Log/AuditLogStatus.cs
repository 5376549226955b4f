namespace Dkm.Audit;

/// <summary>How a log is.</summary>
/// <param name="Size">Records committed.</param>
/// <param name="Trouble">Why it takes no records; null if it does.</param>
/// <param name="Disk">How full its volume is.</param>
/// <param name="OpenChanges">Changes that were announced and not ended.</param>
public sealed record AuditLogStatus(long Size, string? Trouble, DiskLevel Disk, int OpenChanges);
