namespace Dkm.Cli.Doctor.Rules;

using System.Collections.Generic;
using System.Globalization;
using System.Linq;

/// <summary>Whether the keys in the replicas' memory stay out of swap and dumps.</summary>
internal static class MemoryRule
{
    private const string Name = "memory";

    public static IEnumerable<CheckResult> Judge(IReadOnlyList<ReplicaFacts> replicas)
    {
        var told = replicas.Where(replica => replica.Status?.Memory is not null).ToList();
        var findings = told.Select(Judge).OfType<CheckResult>().ToList();
        return findings.Count > 0 || told.Count == 0
            ? findings
            : [CheckResult.Good(Name, "keys are locked in the memory of every replica and excluded from its dumps")];
    }

    private static CheckResult? Judge(ReplicaFacts replica)
    {
        var memory = replica.Status!.Memory;
        return memory switch
        {
            { Locked: false } => CheckResult.Watch(
                Name,
                string.Create(CultureInfo.InvariantCulture, $"keys of {replica.Who} may be swapped to disk ({memory.LockedBytes} of {memory.TotalBytes} bytes are locked): {memory.Note}"),
                "raise its limit of locked memory (LimitMEMLOCK=, ulimit -l, or the pod's), or encrypt swap"),
            { ExcludedFromDumps: false } => CheckResult.Watch(
                Name, $"keys of {replica.Who} are locked in memory, but are part of a core dump", "switch core dumps off there: ulimit -c 0"),
            _ => null,
        };
    }
}
