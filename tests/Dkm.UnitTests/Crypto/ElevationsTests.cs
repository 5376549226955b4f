namespace Dkm.UnitTests.Crypto;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Crypto.Operations;
using Dkm.Hosting;
using Dkm.Testing.Client;
using Dkm.Testing.Services;
using Xunit;

public sealed class ElevationsTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly FakeMembership policy = new();
    private readonly TwoClocks time = new(Now);
    private readonly Elevations elevations;

    public ElevationsTests()
    {
        policy.Set();
        elevations = new Elevations(policy, new ElevationClock(policy, time), () => throw new NotSupportedException());
    }

    [Theory]
    [InlineData(30, 0, Reasons.ElevationOver)]
    [InlineData(31, 0, Reasons.PolicyStale)]
    [InlineData(0, 5, Reasons.ElevationOver)]
    [InlineData(0, 6, Reasons.ClockBehind)]
    public async Task Enter_ElevatedByAnOldPolicyOrAClockBehind_RefusedAndNotAsOver(int age, int behind, string reason)
    {
        policy.Age = TimeSpan.FromSeconds(age);
        policy.ClockTime = Now.AddSeconds(behind);

        Assert.Equal(reason, (await Assert.ThrowsAsync<DkmException>(() => EnterAsync("/elevated/e1"))).Reason);
    }

    [Fact]
    public async Task Enter_AWorkloadByAnOldPolicyAndAClockBehind_IsNotAsked()
    {
        policy.Age = TimeSpan.FromMinutes(10);
        policy.ClockTime = Now.AddHours(1);

        await EnterAsync("/ns/mail/sa/worker");
    }

    [Fact]
    public void Now_EitherClockAhead_IsTheLaterOne()
    {
        var clock = new ElevationClock(policy, time);

        policy.ClockTime = Now.AddSeconds(3);
        Assert.Equal(Now.AddSeconds(3), clock.Now);
        time.SetWall(Now.AddSeconds(10));
        Assert.Equal(Now.AddSeconds(10), clock.Now);
    }

    private Task EnterAsync(string path) => elevations.EnterAsync(
        new Caller(SpiffeId.Parse("spiffe://dkm.test" + path), MethodTable.Find("/dkm.crypto.v1.CryptoService/Decrypt")!), 1, CancellationToken.None).AsTask();
}
