namespace Dkm.UnitTests.KeyRing;

using System;
using Dkm.Core;
using Dkm.Core.Authorization;
using Dkm.KeyRing.Distribution;
using Dkm.KeyRing.Rings;
using Xunit;

public sealed class DeliveryRuleTests
{
    private const string Worker = "spiffe://dkm.test/ns/mail/sa/worker";

    // The records are wrong on purpose: a human and a service listed where only workloads may be.
    private static readonly PolicySnapshot Policy = PolicySnapshot.Create(
        new PolicyVersion(1, 1),
        [GroupEntry.Create("workers", "uid", GroupKind.Workload, Array.ConvertAll([Worker, "spiffe://dkm.test/human/eve", "spiffe://dkm.test/dkm/access"], SpiffeId.Parse))]);

    [Theory]
    [InlineData(Worker, "hold", 1, true, Reasons.MemberOfBoundGroup)]
    [InlineData(Worker, "hold", 2, true, Reasons.MemberOfBoundGroup)]
    [InlineData(Worker, "hold", 3, false, Reasons.RingNotServed)]
    [InlineData(Worker, "encrypt", 1, false, Reasons.PermissionMissing)]
    [InlineData(Worker, "encrypt", 3, false, Reasons.RingNotServed)]
    [InlineData(Worker, "none", 1, false, Reasons.NotBound)]
    [InlineData(Worker, "none", 3, false, Reasons.NotBound)]
    [InlineData("spiffe://dkm.test/ns/mail/sa/other", "encrypt", 3, false, Reasons.NotBound)]
    [InlineData("spiffe://dkm.test/dkm/access", "encrypt", 3, false, Reasons.PermissionMissing)]
    [InlineData("spiffe://dkm.test/ns/mail/sa/other", "hold", 1, false, Reasons.NotBound)]
    [InlineData("spiffe://dkm.test/human/eve", "hold", 1, false, Reasons.HumansHoldNoKeys)]
    [InlineData("spiffe://dkm.test/elevated/eve", "hold", 1, false, Reasons.PermissionMissing)]
    [InlineData("spiffe://dkm.test/dkm/access", "hold", 1, false, Reasons.PermissionMissing)]
    [InlineData("spiffe://dkm.test/dkm/keyring", "hold", 1, false, Reasons.PermissionMissing)]
    [InlineData("spiffe://dkm.test/dkm/crypto", "none", 1, true, Reasons.MemberOfBoundGroup)]
    [InlineData("spiffe://dkm.test/dkm/crypto", "none", 3, true, Reasons.MemberOfBoundGroup)]
    [InlineData("spiffe://dkm.test/dkm/crypto", "hold", 2, false, Reasons.RingNotServed)]
    [InlineData("spiffe://dkm.test/dkm/crypto", "absent", 1, false, Reasons.NotBound)]
    [InlineData(Worker, "absent", 1, false, Reasons.NotBound)]
    public void Decide_EachCallerAndRing_TheSameAsAllows(string caller, string bound, int serve, bool allowed, string reason)
    {
        var ring = bound == "absent" ? null : Ring(bound, (ServeMode)serve);
        var id = SpiffeId.Parse(caller);

        var decision = DeliveryRule.Decide(id, "a", ring, Policy);

        Assert.Equal((allowed, reason), (decision.Allowed, decision.Reason));
        Assert.Equal(allowed, DeliveryRule.Allows(id, ring, Policy));
    }

    [Fact]
    public void Decide_NotBoundOrAbsent_SameWords() => Assert.Equal(
        DeliveryRule.Decide(SpiffeId.Parse(Worker), "a", Ring("none", ServeMode.Both), Policy),
        DeliveryRule.Decide(SpiffeId.Parse(Worker), "a", null, Policy));

    private static Ring Ring(string bound, ServeMode serve) => new()
    {
        Name = "a",
        Uid = "uid-of-the-ring",
        Policy = RingPolicy.Default with { Serve = serve },
        WrappingKeyId = "w",
        Bindings = bound switch
        {
            "hold" => [new RingBinding("workers", "uid", [RingPermission.Hold])],
            "encrypt" => [new RingBinding("workers", "uid", [RingPermission.Encrypt])],
            _ => [],
        },
    };
}
