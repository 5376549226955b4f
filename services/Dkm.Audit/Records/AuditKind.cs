namespace Dkm.Audit;

/// <summary>What a record is.</summary>
public enum AuditKind : byte
{
    /// <summary>Something that was asked for and granted, denied or failed. It is on disk before a secret leaves.</summary>
    Event = 1,

    /// <summary>A change is about to be sent to the store.</summary>
    Intent = 2,

    /// <summary>What became of the intent with the same operation id.</summary>
    Outcome = 3,

    /// <summary>Denials of one identity beyond those that have records of their own, counted.</summary>
    Denials = 4,

    /// <summary>What the log says of itself, such as that it was mended after a crash.</summary>
    Note = 5,
}
