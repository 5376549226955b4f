namespace Dkm.KeyRing.Keys.States;

/// <summary>Whether the time of a destruction has come.</summary>
internal enum DestroyVerdict
{
    /// <summary>Not by our own clock.</summary>
    NotYet,

    /// <summary>By our clock and another's, or by ours where no other can be.</summary>
    Due,

    /// <summary>By our clock, and no other replica lives that could say the same.</summary>
    NoSecondClock,

    /// <summary>By our clock, and by no other replica's.</summary>
    ClocksDisagree,
}
