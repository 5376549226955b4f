namespace Dkm.Access.Records;

using System;
using System.Collections.Generic;
using System.Globalization;
using Dkm.Access.Approvals;
using Dkm.Core;
using Dkm.Core.Authorization;
using Dkm.Records.V1;

/// <summary>A group as Access keeps it. Immutable.</summary>
internal sealed record StoredGroup
{
    public required string Name { get; init; }

    public required string Uid { get; init; }

    public required GroupKind Kind { get; init; }

    /// <summary>In ascending byte order, each once.</summary>
    public required IReadOnlyList<SpiffeId> Members { get; init; }

    public string Description { get; init; } = string.Empty;

    public bool BuiltIn { get; init; }

    /// <summary>How humans may act as members of this WORKLOAD group for a while; null: they may not.</summary>
    public ElevationPolicy? Elevation { get; init; }

    public DateTimeOffset CreateTime { get; init; }

    public DateTimeOffset UpdateTime { get; init; }

    public string RequestId { get; init; } = string.Empty;

    public ReadOnlyMemory<byte> RequestDigest { get; init; }

    /// <summary>The version of its record; 0 before it is written.</summary>
    public long Version { get; init; }

    /// <summary>As it was read, so that what a newer writer added survives our rewrite.</summary>
    public GroupRecord? Source { get; init; }

    public string Path => PathOf(Name);

    public string Etag => Version.ToString(CultureInfo.InvariantCulture);

    public static string PathOf(string name) => GroupRecords.Prefix + name;

    public GroupEntry ToEntry() => GroupEntry.Create(Name, Uid, Kind, Members);
}
