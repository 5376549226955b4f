namespace Dkm.UnitTests.Cli.Doctor;

using System;
using Dkm.Cli.Doctor;
using Xunit;

public sealed class DoctorViewTests
{
    [Theory]
    [InlineData(false, "all is well")]
    [InlineData(true, "the rest is told to administrators only (--identity admin)")]
    public void ToText_AllThatIsSeenIsGood_SaysWhetherItIsAll(bool partial, string expected)
    {
        var view = DoctorView.Of([CheckResult.Good("access", "ready") with { Partial = partial }]);

        Assert.True(view.Healthy);
        Assert.EndsWith(expected, view.ToText(), StringComparison.Ordinal);
    }
}
