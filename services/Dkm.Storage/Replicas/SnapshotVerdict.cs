namespace Dkm.Storage;

/// <summary>What becomes of a snapshot.</summary>
internal enum SnapshotVerdict
{
    /// <summary>It adds up and is as new as what is held, or newer.</summary>
    Adopt,

    /// <summary>It adds up, but the replica moved on while it was read.</summary>
    Overtaken,

    /// <summary>It is not what our writers left there.</summary>
    Refuse,
}
