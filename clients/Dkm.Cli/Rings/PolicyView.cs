namespace Dkm.Cli.Rings;

using System.Collections.Generic;
using System.Linq;
using Dkm.Cli.Output;
using Dkm.Cli.Parsing;
using Dkm.KeyRing.V1;
using Google.Protobuf.WellKnownTypes;

/// <summary>Durations in the form that the command line takes.</summary>
internal sealed record PolicyView
{
    public required string RolloverPeriod { get; init; }

    public required string ActivationLead { get; init; }

    public required int ArchiveAfter { get; init; }

    public required int Suite { get; init; }

    public required List<int> ReadSuites { get; init; }

    public required string KeyLease { get; init; }

    public required string PolicyStaleness { get; init; }

    public required string DestroyDelay { get; init; }

    public required string Serve { get; init; }

    public static PolicyView Of(KeyRingPolicy policy) => new()
    {
        RolloverPeriod = Text(policy.RolloverPeriod),
        ActivationLead = Text(policy.ActivationLead),
        ArchiveAfter = policy.ArchiveAfter,
        Suite = (int)policy.Suite,
        ReadSuites = [.. policy.ReadSuites.Select(suite => (int)suite)],
        KeyLease = Text(policy.KeyLease),
        PolicyStaleness = Text(policy.PolicyStaleness),
        DestroyDelay = Text(policy.DestroyDelay),
        Serve = Words.Of(policy.Serve),
    };

    private static string Text(Duration? duration) => duration is null ? "default" : Durations.Format(duration.ToTimeSpan());
}
