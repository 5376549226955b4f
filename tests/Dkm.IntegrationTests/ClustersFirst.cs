[assembly: Xunit.TestCollectionOrderer(typeof(Dkm.IntegrationTests.ClustersFirst))]

namespace Dkm.IntegrationTests;

using System;
using System.Collections.Generic;
using System.Linq;
using Dkm.IntegrationTests.Cluster;
using Dkm.IntegrationTests.Held;
using Xunit.Sdk;
using Xunit.v3;

/// <summary>The two collections that take minutes, most of it waiting, begin first: all others run beside them, and none of the two alone at the end.</summary>
public sealed class ClustersFirst : ITestCollectionOrderer
{
    private static readonly string[] Long = [HeldCollection.Name, ClusterCollection.Name];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderByDescending(collection => Long.Contains(collection.TestCollectionDisplayName, StringComparer.Ordinal))];
}
