namespace Dkm.Hosting;

using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Grpc.Core;

/// <summary>What this project measures. Nobody listens by default, and then a call costs one test of a flag.</summary>
internal static class Telemetry
{
    public const string Name = "Dkm.Hosting";

    private static readonly Meter Meter = new(Name);

    /// <summary>OpenTelemetry semantic conventions for rpc: seconds, by method and status.</summary>
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        "rpc.server.call.duration",
        "s",
        "Time from admission to answer, by method and status",
        advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
        });

    private static readonly Counter<long> Calls = Meter.CreateCounter<long>("dkm.server.calls", "{call}", "Calls answered, by method and status");

    private static readonly Gauge<double> Age = Meter.CreateGauge<double>("dkm.policy.age", "s", "How long ago Access last confirmed the policy that this process decides by");

    private static readonly Counter<long> Reconnects = Meter.CreateCounter<long>("dkm.policy.reconnects", "{reconnect}", "Policy streams that ended");

    public static ActivitySource Activities { get; } = new(Name);

    public static void Succeeded(MethodEndpoint method, TimeSpan duration)
    {
        if (Duration.Enabled || Calls.Enabled)
        {
            Measure(method.OkTags, duration);
        }
    }

    public static void Failed(MethodRule rule, StatusCode status, TimeSpan duration)
    {
        if (Duration.Enabled || Calls.Enabled)
        {
            Measure(MethodEndpoint.Tags(rule, status), duration);
        }
    }

    public static void PolicyAge(TimeSpan age) => Age.Record(age.TotalSeconds);

    public static void PolicyReconnect() => Reconnects.Add(1);

    private static void Measure(ReadOnlySpan<KeyValuePair<string, object?>> tags, TimeSpan duration)
    {
        Duration.Record(duration.TotalSeconds, tags);
        Calls.Add(1, tags);
    }
}
