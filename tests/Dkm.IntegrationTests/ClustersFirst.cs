[assembly: Xunit.TestCollectionOrderer(typeof(Dkm.IntegrationTests.ClustersFirst))]

namespace Dkm.IntegrationTests;

using System;
using System.Collections.Generic;
using System.Linq;
using Dkm.IntegrationTests.Backups;
using Dkm.IntegrationTests.Cluster;
using Dkm.IntegrationTests.Held;
using Xunit.Sdk;
using Xunit.v3;

/// <summary>
/// The two collections that take minutes, most of it waiting, begin early: others run beside them, and none of the two alone at the end. And they begin one after the other, since two clusters
/// under load at once are more than two cores carry in the times that are promised: meanwhile what takes as long as the first of them runs beside it.
/// </summary>
public sealed class ClustersFirst : ITestCollectionOrderer
{
    private static readonly string[] Order = [ClusterCollection.Name, nameof(RestoreTests), nameof(EtcdDrillTests), nameof(StandaloneDrillTests), HeldCollection.Name];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(collection => PlaceOf(collection.TestCollectionDisplayName))];

    private static int PlaceOf(string name)
    {
        var place = Array.FindIndex(Order, one => name == one || name.Contains($".{one} ", StringComparison.Ordinal) || name.EndsWith($".{one}", StringComparison.Ordinal));
        return place < 0 ? Order.Length : place;
    }
}
