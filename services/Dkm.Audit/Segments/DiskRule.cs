namespace Dkm.Audit;

using System;

/// <summary>Pure: what the room that is left allows.</summary>
public static class DiskRule
{
    public static DiskLevel Judge(long total, long free)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(total);
        var freePercent = 100.0 * Math.Clamp(free, 0, total) / total;
        return freePercent switch
        {
            < 5 => DiskLevel.Reserve,
            < 15 => DiskLevel.NearlyFull,
            < 30 => DiskLevel.Filling,
            _ => DiskLevel.Enough,
        };
    }

    /// <summary>Whether a record of this urgency may still be written.</summary>
    public static bool Takes(DiskLevel level, AuditUrgency urgency) => level != DiskLevel.Reserve || urgency == AuditUrgency.Administration;
}
