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

        var lead = Lead.Effective(policy, RolloverTiming.Of(installation));
        return policy.RolloverPeriod > lead
            ? policy with { ReadSuites = [.. policy.ReadSuites.Append(policy.Suite).Distinct().Order()] }
            : throw DkmException.Invalid(
                Root + "rollover_period",
                Reasons.InvalidField,
                $"rollover_period is {Words(policy.RolloverPeriod)} and must exceed the effective lead of {Words(lead)}, which is the greater of activation_lead and "
                + $"key_lease + twice {Words(installation.MaxSkew)} clock skew + {Words(installation.MaxRefresh)} refresh: a shorter key_lease lowers it");
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

    private static string Words(TimeSpan time) => time switch
    {
        { Ticks: var ticks } when ticks != 0 && ticks % TimeSpan.TicksPerDay == 0 => Format(time.TotalDays, "d"),
        { Ticks: var ticks } when ticks != 0 && ticks % TimeSpan.TicksPerHour == 0 => Format(time.TotalHours, "h"),
        { Ticks: var ticks } when ticks != 0 && ticks % TimeSpan.TicksPerMinute == 0 => Format(time.TotalMinutes, "m"),
        _ => Format(time.TotalSeconds, "s"),
    };

    private static string Format(double number, string unit) => number.ToString("0.###", CultureInfo.InvariantCulture) + unit;
}
