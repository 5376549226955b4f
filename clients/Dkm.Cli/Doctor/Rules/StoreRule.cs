namespace Dkm.Cli.Doctor.Rules;

using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Dkm.Cli.Parsing;
using Dkm.Status.V1;

/// <summary>Whether each replica has what the store has.</summary>
internal static class StoreRule
{
    private const string Name = "store";

    /// <summary>A replica confirms its state every second; a member that hangs costs a few.</summary>
    public static readonly TimeSpan Behind = TimeSpan.FromSeconds(10);

    /// <summary>What to do about a store that is refused.</summary>
    public const string Refused =
        "records were changed, removed or set back behind DKM, and no change is made until that is right: find out by whom; if an older state was put back: dkm recover";

    public static IEnumerable<CheckResult> Judge(IReadOnlyList<ReplicaFacts> replicas)
    {
        var stores = replicas.Where(replica => replica.Status?.Store is { ConfirmAge: not null }).ToList();
        var findings = stores.Select(replica => Judge(replica, stores)).OfType<CheckResult>().ToList();
        return findings.Count > 0 || stores.Count == 0
            ? findings
            : [CheckResult.Good(Name, "each replica has the newest state: "
                + string.Join(", ", stores.Select(replica => $"{replica.Who} {Place(replica.Status!.Store)}")))];
    }

    private static CheckResult? Judge(ReplicaFacts replica, List<ReplicaFacts> stores)
    {
        var store = replica.Status!.Store;
        if (store.Trouble.Length > 0)
        {
            return CheckResult.Broken(
                Name,
                $"{replica.Who} refuses what the store holds, and stays at {Place(store)}: {store.Trouble}",
                Refused);
        }

        if (store.ConfirmAge.ToTimeSpan() <= Behind)
        {
            return null;
        }

        var newest = stores
            .Where(other => other.Service == replica.Service)
            .Select(other => other.Status!.Store)
            .MaxBy(other => (other.Epoch, other.Number))!;
        var words = newest.Number != store.Number || newest.Epoch != store.Epoch ? $" ({Place(store)}; another replica has {Place(newest)})" : $" ({Place(store)})";
        return CheckResult.Broken(
            Name,
            $"{replica.Who} is behind: it could not confirm its state for {Durations.FormatRough(store.ConfirmAge.ToTimeSpan())}{words}",
            "see whether it reaches the store (its members are told above); it catches up by itself, and renews no leases until then");
    }

    private static string Place(StoreStatus store) => string.Create(CultureInfo.InvariantCulture, $"{store.Epoch}.{store.Number}");
}
