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
}
