namespace Dkm.Testing.Storage;

/// <summary>What <see cref="FaultyStore"/> does with a commit.</summary>
public enum CommitFault
{
    None,

    /// <summary>Throws something that may mean anything; nothing was written.</summary>
    BeforeApplying,

    /// <summary>Throws something that may mean anything; all was written.</summary>
    AfterApplying,

    /// <summary>Says that surely nothing was written.</summary>
    Unavailable,

    /// <summary>Says that there is no room; nothing was written.</summary>
    Full,

    /// <summary>Says that there is no room; all was written, as etcd does with the write that meets its quota.</summary>
    FullThoughWritten,
}
