namespace Dkm.Audit;

/// <summary>How it went.</summary>
public enum AuditOutcome : byte
{
    /// <summary>Not known yet, or nothing that can go one way or the other.</summary>
    None = 0,

    /// <summary>Granted; of a change: it is in the store.</summary>
    Granted = 1,

    /// <summary>The caller may not.</summary>
    Denied = 2,

    /// <summary>Allowed, and not done; of a change: it is not in the store.</summary>
    Failed = 3,
}
