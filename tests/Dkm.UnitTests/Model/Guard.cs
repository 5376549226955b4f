namespace Dkm.UnitTests.Model;

using System;

/// <summary>What makes a cluster safe, one switch each: without any one of them the search finds a history that breaks a promise.</summary>
[Flags]
public enum Guard
{
    None = 0,

    /// <summary>A change of a ring compares the ring's record.</summary>
    RingCompare = 1,

    /// <summary>Every write compares the manifest.</summary>
    ManifestCompare = 2,

    /// <summary>The leader's writes compare its election key.</summary>
    Fence = 4,

    /// <summary>The leader sends what it decided at once or not at all.</summary>
    SendLimit = 8,

    /// <summary>A key is published so long before its time that whoever lacks it has no lease any more.</summary>
    PublicationLead = 16,

    /// <summary>A replica whose last confirmation is too old renews no lease.</summary>
    Freshness = 32,

    /// <summary>A replica takes nothing older than the newest that it has seen.</summary>
    HighWaterMark = 64,

    /// <summary>A holder never goes back behind the newest primary that it has used.</summary>
    NewestPrimarySeen = 128,

    /// <summary>A lease ends by the clock that nobody sets, too.</summary>
    BootClockLease = 256,

    /// <summary>A replica takes no state in which a key that it holds is gone: keys end as tombstones.</summary>
    KeysStay = 512,

    /// <summary>And it knows that after a restart too.</summary>
    PersistedMark = 1024,

    All = (2 * PersistedMark) - 1,
}
