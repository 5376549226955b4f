namespace Dkm.UnitTests.Hosting;

using Dkm.Hosting;
using Xunit;

public sealed class HealthEndpointTests
{
    [Fact]
    public void Describe_OnePartNotReady_NamesItAndWhy()
    {
        var text = HealthEndpoint.Describe([new Part("store", true, null), new Part("policy", false, "no policy yet")], out var ready);

        Assert.False(ready);
        Assert.Equal("policy: not ready, no policy yet\nstore: ready\nnot ready\n", text);
    }

    [Fact]
    public void Describe_AllReady_IsReady()
    {
        Assert.Equal("store: ready\nready\n", HealthEndpoint.Describe([new Part("store", true, null)], out var ready));
        Assert.True(ready);
    }

    private sealed record Part(string Name, bool Ready, string? Why) : IReadiness;
}
