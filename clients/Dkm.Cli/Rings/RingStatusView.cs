namespace Dkm.Cli.Rings;

using System;
using System.Collections.Generic;
using System.Linq;
using Dkm.Cli.Keys;
using Dkm.Cli.Output;
using Dkm.Cli.Parsing;
using Dkm.KeyRing.V1;

internal sealed record RingStatusView
{
    public required string KeyRing { get; init; }

    public KeyView? PrimaryKey { get; init; }

    public KeyView? NextKey { get; init; }

    public string? NextRolloverTime { get; init; }

    public required long Revision { get; init; }

    public required int HolderCount { get; init; }

    public required int CurrentHolderCount { get; init; }

    public required List<HolderView> Holders { get; init; }

    public required SortedDictionary<string, int> KeyCounts { get; init; }

    public string? EffectiveLead { get; init; }

    /// <summary>Until then holders that are cut off may live on a longer lease than the policy's.</summary>
    public string? OldLeasesEndTime { get; init; }

    public string? HoldersMissing { get; init; }

    public static RingStatusView Of(KeyRingStatus status) => new()
    {
        KeyRing = status.Name,
        PrimaryKey = status.PrimaryKey is null ? null : KeyView.Of(status.PrimaryKey),
        NextKey = status.NextKey is null ? null : KeyView.Of(status.NextKey),
        NextRolloverTime = Times.Of(status.NextRolloverTime),
        Revision = status.Revision,
        // A service of before this field lists all.
        HolderCount = Math.Max(status.HolderCount, status.Holders.Count),
        CurrentHolderCount = status.CurrentHolderCount,
        Holders = [.. status.Holders.Select(holder => HolderView.Of(holder, status.Revision))],
        KeyCounts = new(status.KeyCounts.ToDictionary(count => Words.Of(count.State), count => count.Count), StringComparer.Ordinal),
        HoldersMissing = status.HoldersMissing.Length == 0 ? null : status.HoldersMissing,
        EffectiveLead = status.EffectiveLead is null ? null : Durations.Format(status.EffectiveLead.ToTimeSpan()),
        OldLeasesEndTime = Times.Of(status.OldLeasesEndTime),
    };

    public string ToText() => Columns.Facts(
        ("ring", KeyRing),
        ("primary key", PrimaryKey is null ? "none" : $"{PrimaryKey.Id}, since {PrimaryKey.ActivateTime}"),
        ("next key", NextKey is null ? $"will be made at {NextRolloverTime ?? "an unknown time"}" : $"{NextKey.Id}, primary at {NextKey.ActivateTime}"),
        ("lead", EffectiveLead is null ? null : $"{EffectiveLead} from a key's making to its use"),
        ("old leases", OldLeasesEndTime is null
            ? null
            : $"until {OldLeasesEndTime}: the key lease was longer, and no key becomes primary before a holder that is cut off is sure to have stopped (dkm ring roll --immediate does not wait)"),
        ("held by", HolderCount == 0 ? "nobody is connected now; keys are delivered to who asks for them" : $"{CurrentHolderCount} of {HolderCount} connected"),
        ("behind", Behind()),
        ("holders", string.Join('\n', Holders.Select(holder => holder.ToText()))),
        ("not all", HoldersMissing),
        ("keys", string.Join(", ", KeyCounts.Select(count => $"{count.Value} {count.Key}"))),
        ("revision", $"{Revision}"));

    /// <summary>What a watcher wants to hear of: equal lines are not news.</summary>
    public string ToLine() =>
        $"primary {PrimaryKey?.Id ?? "none"}, "
        + (NextKey is null ? $"the next is made at {NextRolloverTime}, " : $"then {NextKey.Id} from {NextKey.ActivateTime}, ")
        + HeldBy()
        + (Behind() is { } behind ? $", behind: {behind.Replace("\n", "; ", StringComparison.Ordinal)}" : string.Empty);

    public string HeldBy() => HolderCount == 0 ? "nobody is connected" : $"held by {CurrentHolderCount} of {HolderCount}";

    private string? Behind()
    {
        var behind = Holders.Where(holder => holder.Behind).Select(holder => $"{holder.Identity} (at revision {holder.AcknowledgedRevision} of {Revision})").ToList();
        return behind.Count == 0 ? null : string.Join('\n', behind);
    }

    internal sealed record HolderView(string Identity, long AcknowledgedRevision, bool Behind, string? ConnectTime, string? LeaseEndTime, string? Replica)
    {
        public static HolderView Of(Holder holder, long revision) => new(
            holder.Identity, holder.AcknowledgedRevision, holder.AcknowledgedRevision < revision, Times.Of(holder.ConnectTime), Times.Of(holder.LeaseEndTime), holder.Replica);

        /// <summary>When a lease ends is known of holders that are connected to the replica that answers.</summary>
        public string ToText() => LeaseEndTime is null ? $"{Identity}, through replica {Replica}" : $"{Identity}, lease until {LeaseEndTime}";
    }
}
