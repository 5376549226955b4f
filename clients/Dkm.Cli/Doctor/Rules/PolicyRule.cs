namespace Dkm.Cli.Doctor.Rules;

using System.Collections.Generic;
using System.Linq;
using Dkm.Cli.Parsing;
using Dkm.Core;

/// <summary>How old the policy is that KeyRing and Crypto decide by. Access's own is its store's.</summary>
internal static class PolicyRule
{
    private const string Name = "policy";

    public static IEnumerable<CheckResult> Judge(IReadOnlyList<ReplicaFacts> replicas)
    {
        var followers = replicas.Where(replica => replica.Service != DkmService.Access && replica.Status?.Policy is { ConfirmAge: not null }).ToList();
        var findings = followers
            .Where(replica => replica.Status!.Policy.ConfirmAge.ToTimeSpan() > StoreRule.Behind)
            .Select(replica => CheckResult.Broken(
                Name,
                $"{replica.Who} decides by a policy that was last confirmed {Durations.FormatRough(replica.Status!.Policy.ConfirmAge.ToTimeSpan())} ago",
                "see whether Access answers and its store has a quorum; meanwhile nothing is administered and no lease is renewed"))
            .ToList();
        return findings.Count > 0 || followers.Count == 0 ? findings : [CheckResult.Good(Name, "confirmed within seconds everywhere")];
    }
}
