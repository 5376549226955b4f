namespace Dkm.IntegrationTests.Cluster;

using Xunit;

/// <summary>One cluster for the tests that break parts of it and mend them again. They run one after the other, beside all others.</summary>
[CollectionDefinition(Name)]
public sealed class ClusterCollection : ICollectionFixture<ClusterFixture>
{
    public const string Name = "the cluster";
}
