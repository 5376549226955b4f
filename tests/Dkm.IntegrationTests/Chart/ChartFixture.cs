namespace Dkm.IntegrationTests.Chart;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

/// <summary>Every value set, rendered once for all tests of the chart.</summary>
public sealed class ChartFixture : IAsyncLifetime
{
    public IReadOnlyList<RenderedChart> All { get; private set; } = [];

    public RenderedChart Of(string valueSet) => All.Single(chart => chart.ValueSet == valueSet);

    public async ValueTask InitializeAsync() => All = await Task.WhenAll(Helm.ValueSets.Select(async set =>
    {
        var (code, output, error) = await Helm.TemplateAsync(set, [], CancellationToken.None);
        return code == 0 ? new RenderedChart(set, output) : throw new InvalidOperationException($"{set}: {error}");
    }));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
