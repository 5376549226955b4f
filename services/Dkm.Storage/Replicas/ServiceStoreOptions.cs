namespace Dkm.Storage;

using System;

/// <summary>How a service's store behaves. The defaults are those of production.</summary>
public sealed record ServiceStoreOptions
{
    /// <summary>
    /// How often the state is confirmed by one linearizable read, that of the manifest; a change that no watch told of is found within it.
    /// </summary>
    public TimeSpan MaxRefresh { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often all records are read and verified anew, besides; less often where that takes more than a twentieth of the time.</summary>
    public TimeSpan RelistInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>This software's version as a reader of records; records that ask for a higher one are refused.</summary>
    public int ReaderVersion { get; init; } = 1;

    /// <summary>This software's version as a writer of records; records that ask for a higher one are left alone.</summary>
    public int WriterVersion { get; init; } = 1;

    /// <summary>Entries of a page of a snapshot.</summary>
    public int PageSize { get; init; } = 1000;

    /// <summary>How long a write that got no clear answer tries to find out what became of it, before it says OUTCOME_UNKNOWN.</summary>
    public TimeSpan FindOutLimit { get; init; } = TimeSpan.FromSeconds(5);
}
