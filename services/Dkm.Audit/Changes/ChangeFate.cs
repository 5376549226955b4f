namespace Dkm.Audit;

/// <summary>What a store says of an operation id.</summary>
public enum ChangeFate
{
    /// <summary>It cannot be told now.</summary>
    Unknown = 0,

    /// <summary>The change is in the store.</summary>
    Applied = 1,

    /// <summary>It is not, and never will be.</summary>
    NotApplied = 2,
}
