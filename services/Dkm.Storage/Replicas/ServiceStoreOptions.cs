namespace Dkm.Storage;

using System;
using System.Collections.Generic;

/// <summary>How a service's store behaves. The defaults are those of production.</summary>
public sealed record ServiceStoreOptions
{
    /// <summary>
    /// How often the state is confirmed by one linearizable read, that of the manifest; a change that no watch told of is found within it.
    /// </summary>
    public TimeSpan MaxRefresh { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often all records are read and verified anew, besides; less often where that takes more than a twentieth of the time.</summary>
    public TimeSpan RelistInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Where this replica keeps the highest version that it has seen, so that it knows an older state after a restart too; null keeps nothing. Of one replica alone.
    /// </summary>
    public string? StateDirectory { get; init; }

    /// <summary>For the exchange of marks: soon enough that a fork stays short, seldom enough that nobody notices.</summary>
    public static readonly TimeSpan UsualExchange = TimeSpan.FromSeconds(5);

    /// <summary>How often replicas tell each other, under leases in the store, what they have seen; null where there can be no other replica.</summary>
    public TimeSpan? ExchangeInterval { get; init; }

    /// <summary>
    /// What the paths begin with that no writer ever deletes. Where such a record is gone, the store was put back and written on, however well it adds up.
    /// </summary>
    public IReadOnlyList<string> NeverDeleted { get; init; } = [];

    /// <summary>
    /// Take the store as it is if it is at exactly this version, though a newer one was seen here, and raise the epoch: for when no replica runs that holds the newer one.
    /// </summary>
    public ManifestVersion? AcceptVersion { get; init; }

    /// <summary>Which records name roots that are needed to open what they hold; null if none do. A backup says so.</summary>
    public RecordRoots? RecordRoots { get; init; }

    /// <summary>This software's version as a reader of records; records that ask for a higher one are refused.</summary>
    public int ReaderVersion { get; init; } = 1;

    /// <summary>This software's version as a writer of records; records that ask for a higher one are left alone.</summary>
    public int WriterVersion { get; init; } = 1;

    /// <summary>Entries of a page of a snapshot.</summary>
    public int PageSize { get; init; } = 1000;

    /// <summary>How long a write that got no clear answer tries to find out what became of it, before it says OUTCOME_UNKNOWN.</summary>
    public TimeSpan FindOutLimit { get; init; } = TimeSpan.FromSeconds(5);

    internal bool IsNeverDeleted(string path)
    {
        for (var i = 0; i < NeverDeleted.Count; i++)
        {
            if (path.StartsWith(NeverDeleted[i], StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
