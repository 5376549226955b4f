namespace Dkm.UnitTests.KeyRing;

using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Core.Authorization;
using Dkm.KeyRing.Rings;
using Xunit;

public sealed class AccessCheckTests
{
    private static readonly SpiffeId Admin = SpiffeId.Parse("spiffe://dkm.test/human/ada");

    [Theory]
    [InlineData("Manage", true)]
    [InlineData("Destroy", true)]
    [InlineData("Encrypt", false)]
    public async Task Decide_Administrator_MayAsTheRealCallsSay(string permission, bool allowed)
    {
        await using var rings = await StoredRings.OpenAsync();
        var view = await rings.AddAsync("ring");
        rings.Membership.SetAdministrators(Admin.ToString());

        var decision = AccessCheck.Decide(Admin, "ring", System.Enum.Parse<RingPermission>(permission), view, rings.Membership.Current);

        Assert.Equal(allowed, decision.Allowed);
    }
}
