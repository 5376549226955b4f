namespace Dkm.UnitTests.Authorization;

using System;
using System.Collections.Generic;
using Dkm.Core;
using Dkm.Core.Authorization;
using Xunit;

public sealed class ElevationRuleTests
{
    private const string Ring = "mail/accounts";

    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly SpiffeId Caller = SpiffeId.Parse("spiffe://dkm.test/elevated/e1");

    public static TheoryData<RingPermission, RingPermission, bool> Table
    {
        get
        {
            var table = new TheoryData<RingPermission, RingPermission, bool>();
            foreach (var bound in Enum.GetValues<RingPermission>())
            {
                foreach (var wanted in Enum.GetValues<RingPermission>())
                {
                    var elevated = wanted is RingPermission.Encrypt or RingPermission.Decrypt;
                    table.Add(bound, wanted, elevated && (bound == wanted || bound == RingPermission.Hold));
                }
            }

            return table;
        }
    }

    [Theory]
    [MemberData(nameof(Table))]
    public void Decide_WhatTheGroupIsBoundTo_IsItsPartOfEncryptAndDecrypt(RingPermission bound, RingPermission wanted, bool allowed)
    {
        var decision = Decide(wanted, Policy(), bindings: [new("workers", "uid-workers", [bound])]);

        Assert.Equal(allowed, decision.Allowed);
        Assert.Equal(allowed, ElevationRule.Allows(Caller, Ring, wanted, [new("workers", "uid-workers", [bound])], Policy(), Now));

        // Whatever the records say, the rule for members gives an elevated identity nothing.
        Assert.False(AccessRule.Allows(Caller, wanted, [new("workers", "uid-workers", [bound])], Policy()));
    }

    [Fact]
    public void Decide_AtTheEnd_IsOverForEverybodyInOneText()
    {
        Assert.True(Decide(RingPermission.Decrypt, Policy(), now: Now.AddMinutes(30).AddTicks(-1)).Allowed);

        var ended = Decide(RingPermission.Decrypt, Policy(), now: Now.AddMinutes(30));
        var unknown = Decide(RingPermission.Decrypt, PolicySnapshot.Empty);
        Assert.Equal((false, Reasons.ElevationOver), (ended.Allowed, ended.Reason));
        Assert.Equal(unknown.Explanation, ended.Explanation);
    }

    [Fact]
    public void Decide_OtherRingsThanRequestedOrGroupNotBound_NotBoundInOneText()
    {
        var elsewhere = Decide(RingPermission.Decrypt, Policy(rings: ["mail/other"]));
        var unbound = Decide(RingPermission.Decrypt, Policy(), bindings: [new("others", "uid-others", [RingPermission.Hold])]);
        var nothing = Decide(RingPermission.Decrypt, Policy(), bindings: []);

        Assert.Equal((false, Reasons.NotBound), (elsewhere.Allowed, elsewhere.Reason));
        Assert.Equal((elsewhere.Explanation, elsewhere.Explanation), (unbound.Explanation, nothing.Explanation));
        Assert.True(Decide(RingPermission.Decrypt, Policy(rings: ["mail/other", Ring])).Allowed);
    }

    [Fact]
    public void Decide_GroupGoneMadeAgainOrOfHumans_Denied()
    {
        Assert.False(Decide(RingPermission.Decrypt, Policy(groups: [])).Allowed);
        Assert.False(Decide(RingPermission.Decrypt, Policy(groups: [GroupEntry.Create("workers", "uid-another", GroupKind.Workload, [])])).Allowed);
        Assert.False(Decide(RingPermission.Decrypt, Policy(groups: [GroupEntry.Create("workers", "uid-workers", GroupKind.Human, [])])).Allowed);
    }

    [Theory]
    [InlineData("spiffe://dkm.test/human/ops")]
    [InlineData("spiffe://dkm.test/ns/mail/sa/e1")]
    [InlineData("spiffe://dkm.test/elevated/e2")]
    public void Allows_AnybodyElse_Denied(string id) =>
        Assert.False(ElevationRule.Allows(SpiffeId.Parse(id), Ring, RingPermission.Decrypt, Bindings(), Policy(), Now));

    private static IReadOnlyList<RingBinding> Bindings() => [new("workers", "uid-workers", [RingPermission.Decrypt])];

    private static AccessDecision Decide(RingPermission wanted, PolicySnapshot policy, IReadOnlyList<RingBinding>? bindings = null, DateTimeOffset? now = null) =>
        ElevationRule.Decide(Caller, Ring, wanted, bindings ?? Bindings(), policy, now ?? Now);

    private static PolicySnapshot Policy(GroupEntry[]? groups = null, string[]? rings = null) => PolicySnapshot.Create(
        new PolicyVersion(1, 1),
        groups ?? [GroupEntry.Create("workers", "uid-workers", GroupKind.Workload, [])],
        [new ElevationEntry("e1", SpiffeId.Parse("spiffe://dkm.test/human/ops"), "workers", "uid-workers", rings ?? [], 0, Now.AddMinutes(30), string.Empty)]);
}
