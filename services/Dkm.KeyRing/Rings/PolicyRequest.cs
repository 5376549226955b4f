namespace Dkm.KeyRing.Rings;

using System;
using System.Linq;
using Dkm.Core;
using Dkm.KeyRing.V1;
using Google.Protobuf.WellKnownTypes;

/// <summary>A policy as somebody asks for it: what is not set takes its default, what cannot be read is refused by its field.</summary>
internal static class PolicyRequest
{
    private const string Root = "key_ring.policy.";

    public static RingPolicy Read(KeyRingPolicy? message)
    {
        var asked = message ?? new KeyRingPolicy();
        var standard = RingPolicy.Default;
        return new RingPolicy
        {
            RolloverPeriod = Read("rollover_period", asked.RolloverPeriod, standard.RolloverPeriod),
            ActivationLead = Read("activation_lead", asked.ActivationLead, standard.ActivationLead),
            ArchiveAfter = asked.ArchiveAfter == 0 ? standard.ArchiveAfter : asked.ArchiveAfter,
            Suite = asked.Suite == V1.Suite.Unspecified ? standard.Suite : (Core.Suite)asked.Suite,
            ReadSuites = asked.ReadSuites.Count == 0 ? standard.ReadSuites : [.. asked.ReadSuites.Select(suite => (Core.Suite)suite)],
            KeyLease = Read("key_lease", asked.KeyLease, standard.KeyLease),
            PolicyStaleness = Read("policy_staleness", asked.PolicyStaleness, standard.PolicyStaleness),
            DestroyDelay = Read("destroy_delay", asked.DestroyDelay, standard.DestroyDelay),
            Serve = asked.Serve switch
            {
                Serve.Unspecified => standard.Serve,
                Serve.Both or Serve.Local or Serve.Remote => (ServeMode)asked.Serve,
                _ => throw DkmException.Invalid(Root + "serve", Reasons.InvalidField, "serve is BOTH, LOCAL or REMOTE"),
            },
        };
    }

    /// <summary>One field of <paramref name="asked"/> onto <paramref name="policy"/>; null if there is no such field.</summary>
    public static RingPolicy? Set(RingPolicy policy, string field, RingPolicy asked) => field switch
    {
        "rollover_period" => policy with { RolloverPeriod = asked.RolloverPeriod },
        "activation_lead" => policy with { ActivationLead = asked.ActivationLead },
        "archive_after" => policy with { ArchiveAfter = asked.ArchiveAfter },
        "suite" => policy with { Suite = asked.Suite },
        "read_suites" => policy with { ReadSuites = asked.ReadSuites },
        "key_lease" => policy with { KeyLease = asked.KeyLease },
        "policy_staleness" => policy with { PolicyStaleness = asked.PolicyStaleness },
        "destroy_delay" => policy with { DestroyDelay = asked.DestroyDelay },
        "serve" => policy with { Serve = asked.Serve },
        _ => null,
    };

    private static TimeSpan Read(string field, Duration? asked, TimeSpan standard)
    {
        if (asked is null)
        {
            return standard;
        }

        // Duration allows 10,000 years and, on the wire, nonsense; ToTimeSpan throws on either.
        var wellFormed = Math.Abs(asked.Nanos) < 1_000_000_000 && Math.Abs(asked.Seconds) <= 1_000_000_000
            && (asked.Seconds == 0 || asked.Nanos == 0 || (asked.Seconds > 0) == (asked.Nanos > 0));
        return wellFormed
            ? asked.ToTimeSpan()
            : throw DkmException.Invalid(Root + field, Reasons.InvalidField, $"{field} is not a duration that a ring can have");
    }
}
