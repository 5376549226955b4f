namespace Dkm.Cli.Doctor.Rules;

using System;
using System.Collections.Generic;
using System.Linq;
using Dkm.Cli.Output;
using Dkm.Core;
using Dkm.Status.V1;

/// <summary>Who answered, who is ready, who has something to note.</summary>
internal static class AnswerRule
{
    /// <summary>Told by <see cref="StoreRule"/>.</summary>
    private const string Store = "store";

    /// <summary>Told by <see cref="PolicyRule"/>, where it is ready.</summary>
    private const string Policy = "policy";

    public static IEnumerable<CheckResult> Judge(IReadOnlyList<ReplicaFacts> replicas) => replicas.Select(Judge).Concat(Versions(replicas));

    private static CheckResult Judge(ReplicaFacts replica)
    {
        var name = Words.Of(replica.Service);
        return replica switch
        {
            { Status: { } status } => Judge(name, replica.Address, status),
            { Serving: true } => CheckResult.Good(name, $"{replica.Address} answers and is ready; more is told to administrators (--identity admin)") with { Partial = true },
            { Serving: false } => CheckResult.Broken(
                name, $"{replica.Address} answers and is not ready", "ask as an administrator (--identity admin); its /readyz says why too"),
            _ => CheckResult.Broken(name, replica.Trouble ?? $"{replica.Address} did not answer", replica.Advice ?? "look at the service's log"),
        };
    }

    private static CheckResult Judge(string name, Uri address, ServiceStatus status)
    {
        var missing = status.Parts.Where(part => !part.Ready).ToList();
        if (!status.Ready)
        {
            return CheckResult.Broken(
                name,
                $"{address} is not ready: {string.Join("; ", missing.Select(part => $"{part.Name}, {part.Note}"))}",
                Advice(missing.FirstOrDefault()));
        }

        var notes = status.Parts.Where(part => part.Note.Length > 0 && part.Name is not (Store or Policy)).ToList();
        return notes.Count == 0
            ? CheckResult.Good(name, $"{address} answers and is ready ({status.Version} on {status.Host})")
            : CheckResult.Watch(
                name,
                $"{address} is ready, but {string.Join("; ", notes.Select(part => $"{part.Name}: {part.Note}"))}",
                "mend the files that are named; it reads them again by itself");
    }

    private static string Advice(PartStatus? part) => part?.Name switch
    {
        Store when part.Note.StartsWith(Reasons.StoreRefused, StringComparison.Ordinal) => StoreRule.Refused,
        Store when part.Note.Contains("awaits a restore", StringComparison.Ordinal) => "dkm restore FILE; or take Store:AwaitRestore away and start it again (docs/BACKUP.md)",
        Store => "see that its store runs and lets it in, and that its root is there; it tries again by itself",
        Policy => "see that Access runs and can be reached from it; it tries again by itself",
        "keyring" => "see that KeyRing runs and can be reached from it; it tries again by itself",
        _ => "look at its log",
    };

    private static IEnumerable<CheckResult> Versions(IReadOnlyList<ReplicaFacts> replicas)
    {
        var versions = replicas.Where(replica => replica.Status is not null).GroupBy(replica => replica.Status!.Version, StringComparer.Ordinal).ToList();
        if (versions.Count > 1)
        {
            yield return CheckResult.Watch(
                "version",
                "replicas run different versions: "
                    + string.Join("; ", versions.Select(version => $"{version.Key} ({string.Join(", ", version.Select(replica => replica.Who))})")),
                "finish the upgrade");
        }
    }
}
