namespace Dkm.Cli.Doctor.Rules;

using System.Collections.Generic;
using System.Linq;
using Dkm.Core;

/// <summary>Whether a replica of KeyRing rolls keys over.</summary>
internal static class LeaderRule
{
    private const string Name = "leader";

    public static IEnumerable<CheckResult> Judge(IReadOnlyList<ReplicaFacts> replicas)
    {
        var asked = replicas.Where(replica => replica.Service == DkmService.KeyRing && replica.Status?.Rollover is not null).ToList();
        if (asked.Count == 0)
        {
            return [];
        }

        var leading = asked.Where(replica => replica.Status!.Rollover.Leads).ToList();
        var named = asked.Select(replica => replica.Status!.Rollover.Leader).FirstOrDefault(leader => leader.Length > 0);
        return (leading.Count, named) switch
        {
            (0, null) => [CheckResult.Broken(
                Name,
                "no replica of keyring leads: no key is made, archived or destroyed",
                "ask again in 15 s, which is how long an election may take; if it stays so, see why the store gives no lease (above)")],
            (0, _) => [Elsewhere(named, asked, replicas)],
            (1, _) => [CheckResult.Good(Name, $"{leading[0].Who} leads rollover")],
            _ => [CheckResult.Watch(
                Name,
                $"{string.Join(" and ", leading.Select(replica => replica.Who))} say that they lead",
                "only one of them can write; ask again in 15 s, and look at the clock and load of the other if it stays so")],
        };
    }

    /// <summary>The store names a leader, and none of those who answered is it by its own account.</summary>
    private static CheckResult Elsewhere(string named, List<ReplicaFacts> asked, IReadOnlyList<ReplicaFacts> replicas)
    {
        var silent = replicas.Where(replica => replica.Service == DkmService.KeyRing && replica.Status is null).Select(replica => replica.Who).ToList();
        var deposed = asked.Where(replica => replica.Status!.Replica == named).Select(replica => replica.Who).ToList();
        return deposed.Count + silent.Count > 0
            ? CheckResult.Watch(
                Name,
                $"the leader that the store names does not say that it leads: {string.Join(" or ", deposed.Count > 0 ? deposed : silent)}",
                "if it is gone, another leads within 15 s: ask again then")
            : CheckResult.Good(Name, $"a replica that is not in config.json leads rollover ({named})");
    }
}
