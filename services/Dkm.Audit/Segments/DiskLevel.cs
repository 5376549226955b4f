namespace Dkm.Audit;

/// <summary>How full the volume of the log is.</summary>
public enum DiskLevel
{
    Enough = 0,

    /// <summary>More than 70 % is used: time to look.</summary>
    Filling = 1,

    /// <summary>More than 85 % is used.</summary>
    NearlyFull = 2,

    /// <summary>Less than 5 % is free, which is kept for administration and revocation.</summary>
    Reserve = 3,
}
