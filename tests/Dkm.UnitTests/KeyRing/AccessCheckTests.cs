namespace Dkm.UnitTests.KeyRing;

using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Core.Authorization;
using Dkm.KeyRing.Rings;
using Xunit;

public sealed class AccessCheckTests
{
    private static readonly SpiffeId Admin = SpiffeId.Parse("spiffe://dkm.test/human/ada");
    private static readonly SpiffeId Worker = SpiffeId.Parse("spiffe://dkm.test/ns/mail/sa/worker");

    [Theory]
    [InlineData("Manage", true)]
    [InlineData("Destroy", true)]
    [InlineData("Encrypt", false)]
    public async Task Decide_Administrator_MayAsTheRealCallsSay(string permission, bool allowed)
    {
        await using var rings = await StoredRings.OpenAsync();
        var view = await rings.AddAsync("ring");
        rings.Membership.SetAdministrators(Admin.ToString());

        var decision = AccessCheck.Decide(Admin, "ring", System.Enum.Parse<RingPermission>(permission), view, rings.Membership.Current, default);

        Assert.Equal(allowed, decision.Allowed);
    }

    [Theory]
    [InlineData("Hold", "Encrypt", true, Reasons.MemberOfBoundGroup, "Crypto cannot serve it")]
    [InlineData("Hold", "Decrypt", true, Reasons.MemberOfBoundGroup, "only in the caller's own process")]
    [InlineData("Encrypt", "Encrypt", false, Reasons.RingNotServed, "dkm ring bind ring workers=hold")]
    [InlineData("DecryptCompromised", "DecryptCompromised", false, Reasons.RingNotServed, "Crypto cannot serve 'ring'")]
    [InlineData("Encrypt", "Decrypt", false, Reasons.PermissionMissing, "without decrypt")]
    public async Task Decide_RingThatIsServedLocally_SaysThatCryptoCannot(string bound, string wanted, bool allowed, string reason, string expected)
    {
        await using var rings = await StoredRings.OpenAsync();
        var policy = Workers();
        var view = await rings.AddAsync(
            "ring",
            RingPolicy.Default with { Serve = ServeMode.Local },
            bindings: [new RingBinding("workers", "uid", [System.Enum.Parse<RingPermission>(bound)])]);

        var decision = AccessCheck.Decide(Worker, "ring", System.Enum.Parse<RingPermission>(wanted), view, policy, default);

        Assert.Equal((allowed, reason), (decision.Allowed, decision.Reason));
        Assert.Contains(expected, decision.Explanation, System.StringComparison.Ordinal);
    }

    [Fact]
    public async Task Decide_NotBoundToARingThatIsServedLocally_SameWordsAsForNone()
    {
        await using var rings = await StoredRings.OpenAsync();
        var view = await rings.AddAsync("ring", RingPolicy.Default with { Serve = ServeMode.Local });

        Assert.Equal(
            AccessCheck.Decide(Worker, "ring", RingPermission.Encrypt, null, Workers(), default),
            AccessCheck.Decide(Worker, "ring", RingPermission.Encrypt, view, Workers(), default));
    }

    private static PolicySnapshot Workers() =>
        PolicySnapshot.Create(new PolicyVersion(1, 1), [GroupEntry.Create("workers", "uid", GroupKind.Workload, [Worker])]);
}
