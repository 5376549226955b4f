namespace Dkm.Cli.Doctor.Rules;

using System;
using System.Collections.Generic;
using System.Linq;

/// <summary>Members that are down, and whether enough are left. Each replica tells how it finds them; where they differ, the way between is broken and not the member.</summary>
internal static class EtcdMemberRule
{
    private const string Member = "etcd member";
    private const string Quorum = "etcd quorum";

    public static IEnumerable<CheckResult> Judge(IReadOnlyList<ReplicaFacts> replicas)
    {
        var seen = SeenMember.All(replicas).ToList();
        if (seen.Count == 0)
        {
            return [];
        }

        var quora = Quora(seen).ToList();
        var findings = quora
            .Concat(seen.GroupBy(one => one.Member.Endpoint, StringComparer.Ordinal).Select(views => Judge(views, quora.Count > 0)).OfType<CheckResult>())
            .ToList();
        return findings.Count > 0 ? findings : [CheckResult.Good(Member, $"all {seen.Select(one => one.Member.Endpoint).Distinct().Count()} answer and have a leader")];
    }

    /// <summary>One finding, by the replica that sees least.</summary>
    private static IEnumerable<CheckResult> Quora(List<SeenMember> seen)
    {
        var worst = seen.GroupBy(one => one.By).MinBy(members => members.Count(IsLed))!;
        var (all, answer, led) = (worst.Count(), worst.Count(one => one.Member.Reachable), worst.Count(IsLed));
        if (answer * 2 <= all || led == 0)
        {
            yield return CheckResult.Broken(
                Quorum,
                $"lost: {answer} of {all} members answer {worst.Key.Who}, and {(led == 0 ? "none" : led)} of them {(led == 1 ? "has" : "have")} a leader",
                "start members until more than half of them run; keys in use serve on until their leases end, every change is refused meanwhile");
        }
    }

    private static CheckResult? Judge(IGrouping<string, SeenMember> views, bool quorumLost)
    {
        var without = views.Where(view => !view.Member.Reachable).ToList();
        if (without.Count == views.Count())
        {
            return CheckResult.Broken(
                Member,
                $"{views.Key} is down: {Problem(without[0])}",
                quorumLost ? "start it again" : "start it again; etcd goes on while more than half of its members run, so do not wait for the next to fail");
        }

        if (without.Count > 0)
        {
            return CheckResult.Broken(
                Member,
                $"{views.Key} does not answer {string.Join(", ", without.Select(view => view.By.Who))}, and does answer others: {Problem(without[0])}",
                "look at the network between them, and at the certificate that the one shows to the other");
        }

        if (views.FirstOrDefault(view => view.Member.Problem.Length > 0) is { } refused)
        {
            return CheckResult.Broken(Member, $"{views.Key}: {Problem(refused)}", "set it up as docs/etcd.md says; it is not used until then");
        }

        return views.Any(view => IsLed(view))
            ? null
            : CheckResult.Broken(
                Member,
                $"{views.Key} answers, and knows no leader",
                quorumLost
                    ? "it finds one by itself when more than half of the members run and reach each other"
                    : "look at the network between it and the other members, and at its log");
    }

    private static bool IsLed(SeenMember one) => one.Member is { Reachable: true, LeaderId.Length: > 0 };

    /// <summary>Errors name the endpoint, and so does the sentence that they stand in.</summary>
    private static string Problem(SeenMember one) => one.Member.Problem
        .Replace($"no connection to {one.Member.Endpoint}", "no connection", StringComparison.Ordinal)
        .Replace($"{one.Member.Endpoint}: ", string.Empty, StringComparison.Ordinal);
}
