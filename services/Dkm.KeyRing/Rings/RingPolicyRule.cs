namespace Dkm.KeyRing.Rings;

using System;
using System.Globalization;
using System.Linq;
using Dkm.Core;
using Dkm.KeyRing.Rollover;

/// <summary>Which policies an installation accepts. Pure; every refusal names the field and the number that it misses.</summary>
internal static class RingPolicyRule
{
    private const string Root = "key_ring.policy.";
    private static readonly TimeSpan TenYears = TimeSpan.FromDays(3650);
    private static readonly TimeSpan Month = TimeSpan.FromDays(30);

    /// <returns>The policy with <see cref="RingPolicy.ReadSuites"/> in order and complete.</returns>
    public static RingPolicy Check(RingPolicy policy, InstallationOptions installation)
    {
        Between("rollover_period", policy.RolloverPeriod, installation.MinimumRolloverPeriod, TenYears);
        Between("activation_lead", policy.ActivationLead, installation.MinimumLead, TenYears);
        Between("key_lease", policy.KeyLease, TimeSpan.FromSeconds(1), Month);
        Between("policy_staleness", policy.PolicyStaleness, TimeSpan.FromSeconds(1), Month);
        Between("destroy_delay", policy.DestroyDelay, installation.MinimumDestroyDelay, TenYears);
        if (policy.ArchiveAfter is < 1 or > 100)
        {
            throw DkmException.Invalid(Root + "archive_after", Reasons.InvalidField, "archive_after is 1 to 100 keys");
        }

        Known("suite", policy.Suite);
        foreach (var suite in policy.ReadSuites)
        {
            Known("read_suites", suite);
        }

        return policy.RolloverPeriod > Lead.Effective(policy, RolloverTiming.Of(installation))
            ? policy with { ReadSuites = [.. policy.ReadSuites.Append(policy.Suite).Distinct().Order()] }
            : throw DkmException.Invalid(Root + "rollover_period", Reasons.InvalidField, LeadTooLong(policy, installation));
    }

    /// <summary>Says which of the two makes the lead what it is: shortening the other would change nothing.</summary>
    private static string LeadTooLong(RingPolicy policy, InstallationOptions installation)
    {
        var lead = Lead.Effective(policy, RolloverTiming.Of(installation));
        var (why, cure) = lead == policy.ActivationLead
            ? ("which is activation_lead", "activation_lead")
            : ($"which is the key_lease of {Words(policy.KeyLease)} and {Words(lead - policy.KeyLease)} for clocks and refresh", "key_lease");
        return $"rollover_period is {Words(policy.RolloverPeriod)} and must exceed the effective lead of {Words(lead)}, {why}: "
            + $"give a longer rollover_period or a shorter {cure}";
    }

    private static void Between(string field, TimeSpan value, TimeSpan floor, TimeSpan ceiling)
    {
        if (value < floor)
        {
            throw DkmException.Invalid(Root + field, Reasons.BelowFloor, $"{field} is {Words(value)}; the floor is {Words(floor)}");
        }

        if (value > ceiling)
        {
            throw DkmException.Invalid(Root + field, Reasons.InvalidField, $"{field} is {Words(value)}; the most is {Words(ceiling)}");
        }
    }

    private static void Known(string field, Suite suite)
    {
        if (!RingPolicy.AllSuites.Contains(suite))
        {
            throw DkmException.Invalid(Root + field, Reasons.UnknownSuite, $"{field} knows suites 1 (XAES-256-GCM) and 3 (AEGIS-256)");
        }
    }

    /// <summary>As people write them: 1d2h, 2h35s.</summary>
    private static string Words(TimeSpan time)
    {
        if (time < TimeSpan.FromMinutes(1))
        {
            return Number(time.TotalSeconds) + "s";
        }

        var seconds = time.TotalSeconds - Math.Floor(time.TotalMinutes) * 60;
        return string.Concat(
            time.Days > 0 ? $"{time.Days}d" : string.Empty,
            time.Hours > 0 ? $"{time.Hours}h" : string.Empty,
            time.Minutes > 0 ? $"{time.Minutes}m" : string.Empty,
            seconds > 0 ? Number(seconds) + "s" : string.Empty);
    }

    private static string Number(double number) => number.ToString("0.###", CultureInfo.InvariantCulture);
}
