namespace Dkm.KeyRing;

using System;
using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Linq;

/// <summary>What KeyRing measures of this replica. No tag names a ring, a key or an identity.</summary>
internal static class Telemetry
{
    public const string Name = "Dkm.KeyRing";

    private static readonly ConcurrentDictionary<object, Func<bool>> Elections = new();

    private static readonly Meter Meter = WithLeadership(new Meter(Name));

    private static readonly Gauge<long> Held = Meter.CreateGauge<long>(
        "dkm.keyring.holders", "{holder}", "Rings held, counted once for each process that holds one by a stream to this replica");

    private static readonly Gauge<long> Late = Meter.CreateGauge<long>(
        "dkm.keyring.holders.behind", "{holder}", "Of these, those that have not acknowledged the ring's newest revision");

    public static void Stands(object election, Func<bool> leads) => Elections[election] = leads;

    public static void StandsNoMore(object election) => Elections.TryRemove(election, out _);

    public static void Holders(int held, int behind)
    {
        Held.Record(held);
        Late.Record(behind);
    }

    private static Meter WithLeadership(Meter meter)
    {
        meter.CreateObservableGauge(
            "dkm.keyring.leads",
            () => Elections.Values.Select(leads => new Measurement<int>(leads() ? 1 : 0)),
            "{replica}",
            "1 while this replica is the one that rolls keys over, else 0");
        return meter;
    }
}
