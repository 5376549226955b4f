namespace Dkm.IntegrationTests.Held;

using Dkm.IntegrationTests.Cluster;
using Xunit;

/// <summary>Another cluster, for the tests that go at its etcd, one after the other. They leave it as they found it, but for their rings and groups.</summary>
[CollectionDefinition(Name)]
public sealed class HeldCollection : ICollectionFixture<ClusterFixture>
{
    public const string Name = "the cluster whose etcd is attacked";
}
