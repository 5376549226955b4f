namespace Dkm.Storage;

/// <summary>What becomes of a batch of the watch.</summary>
internal enum BatchVerdict
{
    /// <summary>It says nothing that is not known.</summary>
    Ignore,

    /// <summary>It follows and adds up.</summary>
    Accept,

    /// <summary>Something in between is missing; a snapshot will tell.</summary>
    Snapshot,

    /// <summary>It is not what a writer of ours would do.</summary>
    Refuse,
}
