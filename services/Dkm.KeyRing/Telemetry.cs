namespace Dkm.KeyRing;

using System.Diagnostics.Metrics;

/// <summary>What KeyRing measures of this replica. No tag names a ring, a key or an identity.</summary>
internal static class Telemetry
{
    public const string Name = "Dkm.KeyRing";

    private static readonly Meter Meter = new(Name);

    private static readonly Gauge<long> Held = Meter.CreateGauge<long>(
        "dkm.keyring.holders", "{holder}", "Rings held, counted once for each process that holds one by a stream to this replica");

    private static readonly Gauge<long> Late = Meter.CreateGauge<long>(
        "dkm.keyring.holders.behind", "{holder}", "Of these, those that have not acknowledged the ring's newest revision");

    public static void Holders(int held, int behind)
    {
        Held.Record(held);
        Late.Record(behind);
    }
}
