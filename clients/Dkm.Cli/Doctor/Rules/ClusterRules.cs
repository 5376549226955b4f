namespace Dkm.Cli.Doctor.Rules;

using System;
using System.Collections.Generic;

/// <summary>What the facts of all replicas mean. Pure: no clock, no network. What may be the cause of another comes before it.</summary>
internal static class ClusterRules
{
    /// <param name="replicas">One for each address, answered or not.</param>
    /// <param name="now">What time it is here.</param>
    public static IEnumerable<CheckResult> Judge(IReadOnlyList<ReplicaFacts> replicas, DateTimeOffset now) =>
    [
        .. AnswerRule.Judge(replicas),
        .. ClockRule.Judge(replicas),
        .. CertificateRule.Judge(replicas, now),
        .. EtcdMemberRule.Judge(replicas),
        .. EtcdRoomRule.Judge(replicas),
        .. StoreRule.Judge(replicas),
        .. PolicyRule.Judge(replicas),
        .. LeaderRule.Judge(replicas),
        .. MemoryRule.Judge(replicas),
    ];
}
