namespace Dkm.UnitTests.Authorization;

using System;
using System.Collections.Generic;
using System.Linq;
using Dkm.Core;
using Dkm.Core.Authorization;
using Xunit;

public sealed class AccessRuleTests
{
    private const string Ring = "mail/connected-accounts";
    private const string Uid = "uid-1";

    private static readonly Dictionary<IdentityClass, SpiffeId> Callers = new()
    {
        [IdentityClass.Workload] = SpiffeId.Parse("spiffe://dkm.test/ns/mail/sa/worker"),
        [IdentityClass.Service] = SpiffeId.Parse("spiffe://dkm.test/dkm/crypto"),
        [IdentityClass.Human] = SpiffeId.Parse("spiffe://dkm.test/human/eve"),
        [IdentityClass.Elevated] = SpiffeId.Parse("spiffe://dkm.test/elevated/e1"),
    };

    /// <summary>The whole table: every class, as a member of either kind of group (forged where the kind does not fit), with every permission bound.</summary>
    public static TheoryData<IdentityClass, GroupKind, RingPermission, bool> Table
    {
        get
        {
            var data = new TheoryData<IdentityClass, GroupKind, RingPermission, bool>();
            foreach (var identityClass in Enum.GetValues<IdentityClass>())
            {
                foreach (var kind in Enum.GetValues<GroupKind>())
                {
                    foreach (var permission in Enum.GetValues<RingPermission>())
                    {
                        data.Add(identityClass, kind, permission, Expected(identityClass, kind, permission));
                    }
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Table))]
    public void Decide_MemberOfGroupBoundToPermission_ByClassAndKind(IdentityClass identityClass, GroupKind kind, RingPermission permission, bool allowed)
    {
        var caller = Callers[identityClass];
        var policy = Policy(GroupEntry.Create("group", Uid, kind, Callers.Values));
        RingBinding[] bindings = [new("group", Uid, [permission])];

        var decision = AccessRule.Decide(caller, Ring, permission, bindings, policy);

        Assert.Equal(allowed, decision.Allowed);
        Assert.Equal(allowed, AccessRule.Allows(caller, permission, bindings, policy));
        Assert.Equal(allowed ? Reasons.MemberOfBoundGroup : decision.Reason, decision.Reason);
        Assert.Contains(caller.ToString(), decision.Explanation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RingPermission.Encrypt)]
    [InlineData(RingPermission.Decrypt)]
    [InlineData(RingPermission.Hold)]
    [InlineData(RingPermission.DecryptCompromised)]
    public void Decide_HumanForgedIntoWorkloadGroup_HumansHoldNoKeys(RingPermission permission)
    {
        var human = Callers[IdentityClass.Human];
        var policy = Policy(GroupEntry.Create("group", Uid, GroupKind.Workload, [human]));

        var decision = AccessRule.Decide(human, Ring, permission, [new("group", Uid, [permission])], policy);

        Assert.False(decision.Allowed);
        Assert.Equal(Reasons.HumansHoldNoKeys, decision.Reason);
    }

    [Theory]
    [InlineData(RingPermission.Encrypt, true)]
    [InlineData(RingPermission.Decrypt, true)]
    [InlineData(RingPermission.Hold, true)]
    [InlineData(RingPermission.DecryptCompromised, false)]
    [InlineData(RingPermission.Manage, false)]
    [InlineData(RingPermission.Destroy, false)]
    public void Decide_BoundWithHold_ImpliesEncryptAndDecryptOnly(RingPermission wanted, bool allowed) =>
        Assert.Equal(allowed, Decide(wanted, RingPermission.Hold).Allowed);

    [Theory]
    [InlineData(RingPermission.Hold, "is bound to 'mail/connected-accounts' with hold, which implies decrypt")]
    [InlineData(RingPermission.Decrypt, "is bound to 'mail/connected-accounts' with decrypt")]
    public void Decide_Granted_SaysWhatIsBound(RingPermission bound, string expected) =>
        Assert.EndsWith(expected, Decide(RingPermission.Decrypt, bound).Explanation, StringComparison.Ordinal);

    [Fact]
    public void Decide_EachPermissionAlone_GrantsNoOther()
    {
        foreach (var bound in Enum.GetValues<RingPermission>().Where(permission => permission != RingPermission.Hold))
        {
            foreach (var wanted in Enum.GetValues<RingPermission>())
            {
                Assert.Equal(bound == wanted, Decide(wanted, bound).Allowed);
            }
        }
    }

    [Fact]
    public void Decide_BoundWithoutThePermission_NamesRingAndPermission()
    {
        var decision = Decide(RingPermission.Decrypt, RingPermission.Encrypt);

        Assert.Equal(Reasons.PermissionMissing, decision.Reason);
        Assert.Contains(Ring, decision.Explanation, StringComparison.Ordinal);
        Assert.Contains("decrypt", decision.Explanation, StringComparison.Ordinal);
        Assert.Contains("dkm ring bind", decision.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void Decide_GroupRecreatedUnderTheSameName_InheritsNothing()
    {
        var worker = Callers[IdentityClass.Workload];
        RingBinding[] bindings = [new("group", "uid-of-the-deleted-one", [RingPermission.Encrypt])];
        var policy = Policy(GroupEntry.Create("group", "uid-of-the-new-one", GroupKind.Workload, [worker]));

        var decision = AccessRule.Decide(worker, Ring, RingPermission.Encrypt, bindings, policy);

        Assert.False(decision.Allowed);
        Assert.Equal(Reasons.NotBound, decision.Reason);
        Assert.False(AccessRule.HasAnyBinding(worker, bindings, policy));
    }

    [Fact]
    public void Decide_NoBindings_SameWordsAsForeignBindings()
    {
        var worker = Callers[IdentityClass.Workload];
        var policy = Policy(GroupEntry.Create("group", Uid, GroupKind.Workload, []));

        var ringWithout = AccessRule.Decide(worker, Ring, RingPermission.Encrypt, [], policy);
        var ringOfOthers = AccessRule.Decide(worker, Ring, RingPermission.Encrypt, [new("group", Uid, [RingPermission.Encrypt])], policy);

        Assert.Equal(ringWithout, ringOfOthers);
    }

    [Fact]
    public void Decide_SecondBindingGrants_Allowed()
    {
        var worker = Callers[IdentityClass.Workload];
        var policy = Policy(
            GroupEntry.Create("a", "uid-a", GroupKind.Workload, [worker]), GroupEntry.Create("b", "uid-b", GroupKind.Workload, [worker]));

        var decision = AccessRule.Decide(
            worker, Ring, RingPermission.Decrypt, [new("a", "uid-a", [RingPermission.Encrypt]), new("b", "uid-b", [RingPermission.Decrypt])], policy);

        Assert.True(decision.Allowed);
        Assert.Equal("b", decision.Group);
    }

    [Theory]
    [InlineData(IdentityClass.Human, GroupKind.Human, true)]
    [InlineData(IdentityClass.Workload, GroupKind.Workload, false)]
    [InlineData(IdentityClass.Workload, GroupKind.Human, false)]
    [InlineData(IdentityClass.Human, GroupKind.Workload, false)]
    [InlineData(IdentityClass.Elevated, GroupKind.Human, false)]
    [InlineData(IdentityClass.Service, GroupKind.Human, false)]
    public void DecideAdministrator_InAdministratorsGroup_HumansOfHumanGroupOnly(IdentityClass identityClass, GroupKind kind, bool allowed)
    {
        var policy = Policy(GroupEntry.Create(BuiltInGroups.Administrators, Uid, kind, Callers.Values));

        Assert.Equal(allowed, AccessRule.DecideAdministrator(Callers[identityClass], policy).Allowed);
    }

    [Fact]
    public void DecideAdministration_AdministratorWithoutBinding_MayManageButHasNoKey()
    {
        var admin = Callers[IdentityClass.Human];
        var policy = Policy(GroupEntry.Create(BuiltInGroups.Administrators, Uid, GroupKind.Human, [admin]));

        Assert.True(AccessRule.DecideAdministration(admin, Ring, RingPermission.Manage, [], policy).Allowed);
        Assert.False(AccessRule.Decide(admin, Ring, RingPermission.Encrypt, [], policy).Allowed);
    }

    [Fact]
    public void Demand_Denial_ThrowsPermissionDenied()
    {
        var denial = AccessRule.Decide(Callers[IdentityClass.Workload], Ring, RingPermission.Encrypt, [], PolicySnapshot.Empty);

        var thrown = Assert.Throws<DkmException>(denial.Demand);

        Assert.Equal(ErrorKind.PermissionDenied, thrown.Kind);
        Assert.Equal(Reasons.NotBound, thrown.Reason);
    }

    private static bool Expected(IdentityClass identityClass, GroupKind kind, RingPermission permission) => (identityClass, kind) switch
    {
        (IdentityClass.Workload, GroupKind.Workload) => true,
        (IdentityClass.Human, GroupKind.Human) => permission is RingPermission.Manage or RingPermission.Destroy,
        _ => false,
    };

    private static AccessDecision Decide(RingPermission wanted, params RingPermission[] bound)
    {
        var worker = Callers[IdentityClass.Workload];
        var policy = Policy(GroupEntry.Create("group", Uid, GroupKind.Workload, [worker]));
        return AccessRule.Decide(worker, Ring, wanted, [new("group", Uid, bound)], policy);
    }

    private static PolicySnapshot Policy(params GroupEntry[] groups) => PolicySnapshot.Create(new PolicyVersion(1, 1), groups);
}
