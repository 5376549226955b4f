namespace Dkm.UnitTests.KeyRing;

using System;
using Dkm.Core;
using Dkm.KeyRing;
using Dkm.KeyRing.Rings;
using Xunit;

public sealed class RingPolicyRuleTests
{
    private static readonly InstallationOptions Production = new();

    public static TheoryData<string, string, Func<object>> Refused => new()
    {
        { "rollover_period", Reasons.BelowFloor, () => RingPolicy.Default with { RolloverPeriod = TimeSpan.FromMinutes(59) } },
        { "rollover_period", Reasons.InvalidField, () => RingPolicy.Default with { RolloverPeriod = TimeSpan.FromHours(24) } },
        { "rollover_period", Reasons.InvalidField, () => RingPolicy.Default with { RolloverPeriod = TimeSpan.FromDays(3651) } },
        { "rollover_period", Reasons.BelowFloor, () => RingPolicy.Default with { RolloverPeriod = TimeSpan.FromDays(-90) } },
        { "activation_lead", Reasons.BelowFloor, () => RingPolicy.Default with { ActivationLead = TimeSpan.FromSeconds(59) } },
        { "rollover_period", Reasons.InvalidField, () => RingPolicy.Default with { ActivationLead = TimeSpan.FromDays(90) } },
        { "key_lease", Reasons.BelowFloor, () => RingPolicy.Default with { KeyLease = TimeSpan.FromMilliseconds(999) } },
        { "key_lease", Reasons.InvalidField, () => RingPolicy.Default with { KeyLease = TimeSpan.FromDays(31) } },
        { "policy_staleness", Reasons.BelowFloor, () => RingPolicy.Default with { PolicyStaleness = TimeSpan.Zero } },
        { "destroy_delay", Reasons.BelowFloor, () => RingPolicy.Default with { DestroyDelay = TimeSpan.FromDays(6) } },
        { "archive_after", Reasons.InvalidField, () => RingPolicy.Default with { ArchiveAfter = 0 } },
        { "archive_after", Reasons.InvalidField, () => RingPolicy.Default with { ArchiveAfter = 101 } },
        { "suite", Reasons.UnknownSuite, () => RingPolicy.Default with { Suite = (Suite)2 } },
        { "read_suites", Reasons.UnknownSuite, () => RingPolicy.Default with { ReadSuites = [Suite.Xaes256Gcm, (Suite)4] } },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Check_OutOfBounds_NamesItsField(string field, string reason, Func<object> policy)
    {
        var refusal = Assert.Throws<DkmException>(() => RingPolicyRule.Check((RingPolicy)policy(), Production));

        Assert.Equal((ErrorKind.InvalidArgument, "key_ring.policy." + field, reason), (refusal.Kind, refusal.Field, refusal.Reason));
    }

    [Theory]
    [InlineData(2 * 3600, 3600, 2 * 3600, "2h40s", "a shorter key_lease")]
    [InlineData(2 * 3600, 2 * 3600, 60, "2h", "a shorter activation_lead")]
    [InlineData(86_400, 3600, 86_400, "1d40s", "a shorter key_lease")]
    public void Check_PeriodNotAboveTheEffectiveLead_SaysTheNumberAndTheCure(int period, int lead, int lease, string number, string cure)
    {
        var refusal = Assert.Throws<DkmException>(() => RingPolicyRule.Check(
            RingPolicy.Default with
            {
                RolloverPeriod = TimeSpan.FromSeconds(period),
                ActivationLead = TimeSpan.FromSeconds(lead),
                KeyLease = TimeSpan.FromSeconds(lease),
            },
            Production));

        Assert.Contains($"effective lead of {number},", refusal.Message, StringComparison.Ordinal);
        Assert.EndsWith(cure, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_Defaults_Pass() => Assert.Equal(RingPolicy.Default with { ReadSuites = [] }, RingPolicyRule.Check(RingPolicy.Default, Production) with { ReadSuites = [] });

    [Fact]
    public void Check_ReadSuitesWithoutSuite_SuiteIsAdded() => Assert.Equal(
        [Suite.Xaes256Gcm, Suite.Aegis256],
        RingPolicyRule.Check(RingPolicy.Default with { Suite = Suite.Aegis256, ReadSuites = [Suite.Xaes256Gcm, Suite.Xaes256Gcm] }, Production).ReadSuites);

    [Fact]
    public void Check_Development_SecondsWillDo() => RingPolicyRule.Check(
        RingPolicy.Default with
        {
            RolloverPeriod = TimeSpan.FromSeconds(4),
            ActivationLead = TimeSpan.FromSeconds(1),
            KeyLease = TimeSpan.FromSeconds(1),
            DestroyDelay = TimeSpan.FromSeconds(1),
        },
        InstallationOptions.ForDevelopment);
}
