namespace Dkm.Storage;

/// <summary>What a failed call means for what comes next.</summary>
internal enum EtcdFailure
{
    /// <summary>Surely nothing was written, and another member may do better.</summary>
    Elsewhere = 1,

    /// <summary>Surely nothing was written, and every member will say the same.</summary>
    Refused = 2,

    /// <summary>No answer, or one that does not tell whether it was done. etcd says "request timed out" of writes that it has done.</summary>
    Unclear = 3,
}
