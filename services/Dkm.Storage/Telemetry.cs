namespace Dkm.Storage;

using System.Collections.Generic;
using System.Diagnostics.Metrics;

/// <summary>What Storage measures.</summary>
internal static class Telemetry
{
    public const string Name = "Dkm.Storage";

    private static readonly Meter Meter = new(Name);

    private static readonly Gauge<int> Refusing = Meter.CreateGauge<int>(
        "dkm.store.refused", "{store}", "1 while what the store holds is refused and the replica stays on what it has, else 0; by service");

    public static void Refused(string service, bool refused) =>
        Refusing.Record(refused ? 1 : 0, new KeyValuePair<string, object?>("service", service));
}
