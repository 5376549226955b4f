namespace Dkm.Storage;

using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics.Metrics;
using System.Linq;

/// <summary>What Storage measures.</summary>
internal static class Telemetry
{
    public const string Name = "Dkm.Storage";

    private static readonly ConcurrentDictionary<object, (string Service, Func<TimeSpan> Age)> Stores = new();

    private static readonly Meter Meter = WithAge(new Meter(Name));

    private static readonly Gauge<int> Refusing = Meter.CreateGauge<int>(
        "dkm.store.refused", "{store}", "1 while what the store holds is refused and the replica stays on what it has, else 0; by service");

    public static void Refused(string service, bool refused) => Refusing.Record(refused ? 1 : 0, Of(service));

    /// <summary>An age grows while the store does not answer, so it is asked for when somebody looks.</summary>
    public static void Follow(object store, string service, Func<TimeSpan> age) => Stores[store] = (service, age);

    public static void Forget(object store) => Stores.TryRemove(store, out _);

    private static KeyValuePair<string, object?> Of(string service) => new("service", service);

    private static Meter WithAge(Meter meter)
    {
        meter.CreateObservableGauge(
            "dkm.store.age",
            () => Stores.Values.Select(store => new Measurement<double>(store.Age().TotalSeconds, Of(store.Service))),
            "s",
            "How long ago a read with a quorum behind it last confirmed that the replica has the newest state; by service");
        return meter;
    }
}
