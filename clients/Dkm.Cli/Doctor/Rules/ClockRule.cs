namespace Dkm.Cli.Doctor.Rules;

using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

/// <summary>
/// How far the clocks are apart, of replicas among each other and of each and this machine. Certificates, leases and activation times rest on them. What a slow answer could explain
/// is no skew.
/// </summary>
internal static class ClockRule
{
    private const string Name = "clock";
    private const string Here = "this machine";

    /// <summary>What DKM reckons with between its machines.</summary>
    private static readonly TimeSpan Allowed = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Noticeable = TimeSpan.FromSeconds(1);

    public static IEnumerable<CheckResult> Judge(IReadOnlyList<ReplicaFacts> replicas)
    {
        var clocks = replicas.Where(replica => replica.Status is { Time: not null, RequestTime: not null }).Select(Clock.Of).ToList();
        if (clocks.Count == 0)
        {
            yield break;
        }

        clocks.Add(new Clock(Here, TimeSpan.Zero, TimeSpan.Zero));
        var apart = clocks
            .SelectMany(fast => clocks.Select(slow => (Fast: fast, Slow: slow, Skew: fast.Least - slow.Most)))
            .Where(pair => pair.Skew > Noticeable)
            .OrderByDescending(pair => pair.Skew)
            .ToList();
        if (apart.Count == 0)
        {
            yield return CheckResult.Good(Name, "all agree with this machine's and with each other");
            yield break;
        }

        // The clock that is in most of the pairs is the one that is wrong; naming it once is enough.
        var (worst, slowest, skew) = apart[0];
        var wrong = apart.Count(pair => pair.Fast == worst || pair.Slow == worst) >= apart.Count(pair => pair.Fast == slowest || pair.Slow == slowest);
        var words = string.Create(
            CultureInfo.InvariantCulture,
            $"the clock of {(wrong ? worst : slowest).Who} is {skew.TotalSeconds:0.#} s {(wrong ? "ahead of" : "behind")} that of {(wrong ? slowest : worst).Who}");
        yield return skew > Allowed
            ? CheckResult.Broken(Name, words, "run NTP on all machines; leases and activation times rest on clocks that agree within 5 s")
            : CheckResult.Watch(Name, words, "run NTP on all machines");
    }

    /// <param name="Who">Whose.</param>
    /// <param name="Least">How much it is ahead of ours at least; below zero it may be behind.</param>
    /// <param name="Most">How much it is ahead of ours at most.</param>
    private sealed record Clock(string Who, TimeSpan Least, TimeSpan Most)
    {
        public static Clock Of(ReplicaFacts replica) => new(
            replica.Who,
            replica.Status!.Time.ToDateTimeOffset() - replica.After,
            replica.Status.RequestTime.ToDateTimeOffset() - replica.Before);
    }
}
