namespace Dkm.Audit;

/// <summary>What is wrong at a record.</summary>
public enum RecordFault
{
    None = 0,

    /// <summary>Its bytes are not those that were written.</summary>
    Changed = 1,

    /// <summary>A later one stands in its place.</summary>
    Missing = 2,

    /// <summary>An earlier one, or one out of turn, stands in its place.</summary>
    Reordered = 3,

    /// <summary>The log ends before it.</summary>
    Cut = 4,

    /// <summary>Everything adds up by itself, and not to what was signed: the whole from some record on was written anew.</summary>
    Rewritten = 5,
}
