namespace Dkm.IntegrationTests.Cluster;

using System;
using Dkm.KeyRing.V1;

/// <summary>A key of a ring and its times.</summary>
internal sealed record ClusterKey(string Id, DateTimeOffset CreateTime, DateTimeOffset ActivateTime, Key.Types.State State)
{
    public static ClusterKey Of(Key key) => new(key.Id, key.CreateTime.ToDateTimeOffset(), key.ActivateTime.ToDateTimeOffset(), key.State);
}
