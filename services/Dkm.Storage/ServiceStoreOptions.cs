namespace Dkm.Storage;

using System;

/// <summary>How a service's store behaves. The defaults are those of production.</summary>
public sealed record ServiceStoreOptions
{
    /// <summary>How often the state is confirmed by a linearizable read; a change that no watch reported is found within it.</summary>
    public TimeSpan MaxRefresh { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>This software's version as a reader of records; records that ask for a higher one are refused.</summary>
    public int ReaderVersion { get; init; } = 1;

    /// <summary>This software's version as a writer of records; records that ask for a higher one are left alone.</summary>
    public int WriterVersion { get; init; } = 1;

    /// <summary>Entries of a page of a snapshot.</summary>
    public int PageSize { get; init; } = 1000;

    /// <summary>How long a write that got no clear answer tries to find out what became of it, before it says OUTCOME_UNKNOWN.</summary>
    public TimeSpan FindOutLimit { get; init; } = TimeSpan.FromSeconds(5);
}
