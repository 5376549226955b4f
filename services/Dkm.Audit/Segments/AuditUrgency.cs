namespace Dkm.Audit;

/// <summary>What the last of the disk is kept for.</summary>
public enum AuditUrgency
{
    /// <summary>Use of keys: refused when only the reserve is left.</summary>
    Operation = 0,

    /// <summary>Administration, revocation above all.</summary>
    Administration = 1,
}
