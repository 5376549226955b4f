namespace Dkm.IntegrationTests.Chart;

using Xunit;

[CollectionDefinition(Name)]
public sealed class ChartCollection : ICollectionFixture<ChartFixture>
{
    public const string Name = "the chart's renderings";
}
