namespace Dkm.Cli.Doctor;

using System;
using System.Collections.Generic;
using System.Globalization;

/// <summary>Compares clocks by the Date header of an answer, which is in whole seconds. Certificates, leases and activation times rest on them.</summary>
internal static class ClockSkew
{
    /// <summary>What a cluster allows for between its machines.</summary>
    private static readonly TimeSpan Allowed = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Noticeable = TimeSpan.FromSeconds(1);

    public static IEnumerable<CheckResult> Judge(string service, string? date, DateTimeOffset before, DateTimeOffset after)
    {
        if (!DateTimeOffset.TryParseExact(date, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var there))
        {
            yield break;
        }

        // The server's time was in [there, there + 1 s) at some moment between before and after: only what lies outside is skew.
        var ahead = there - after;
        var behind = before - (there + TimeSpan.FromSeconds(1));
        var skew = ahead > behind ? ahead : behind;
        if (skew > Noticeable)
        {
            var words = string.Create(CultureInfo.InvariantCulture, $"the clock of {service} is {skew.TotalSeconds:0.#} s {(ahead > behind ? "ahead of" : "behind")} this one");
            yield return skew > Allowed
                ? CheckResult.Broken("clock", words, "run NTP on both; leases and activation times rest on clocks that agree within 5 s")
                : CheckResult.Watch("clock", words, "run NTP on both");
        }
        else
        {
            yield return CheckResult.Good("clock", $"agrees with that of {service}");
        }
    }
}
