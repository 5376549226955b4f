namespace Dkm.Hosting;

using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics.Metrics;
using System.Linq;
using Grpc.Core;

/// <summary>What this project measures. Nobody listens by default, and then a call costs one test of a flag.</summary>
internal static class Telemetry
{
    public const string Name = "Dkm.Hosting";

    private static readonly ConcurrentDictionary<object, Func<TimeSpan?>> Policies = new();

    private static readonly Meter Meter = WithPolicyAge(new Meter(Name));

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

    private static readonly Counter<long> Reconnects = Meter.CreateCounter<long>("dkm.policy.reconnects", "{reconnect}", "Policy streams that ended");

    /// <summary>What is exported: ours, and of the framework's what lies below ours. docs/metrics.md is held to it.</summary>
    public static IReadOnlyList<string> Meters { get; } = ["Dkm.*", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime"];

    /// <summary>We start no spans of our own yet; the framework makes one for each call.</summary>
    public static IReadOnlyList<string> Sources { get; } = ["Dkm.*", "Microsoft.AspNetCore"];

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

    /// <summary>An age grows while nothing is heard, so it is asked for when somebody looks.</summary>
    public static void FollowPolicy(object replica, Func<TimeSpan?> age) => Policies[replica] = age;

    public static void ForgetPolicy(object replica) => Policies.TryRemove(replica, out _);

    public static void PolicyReconnect() => Reconnects.Add(1);

    private static Meter WithPolicyAge(Meter meter)
    {
        meter.CreateObservableGauge(
            "dkm.policy.age",
            () => Policies.Values.Select(age => age()).Max() is { } oldest ? [new Measurement<double>(oldest.TotalSeconds)] : Array.Empty<Measurement<double>>(),
            "s",
            "How long ago Access last confirmed the policy that this process decides by");
        return meter;
    }

    private static void Measure(ReadOnlySpan<KeyValuePair<string, object?>> tags, TimeSpan duration)
    {
        Duration.Record(duration.TotalSeconds, tags);
        Calls.Add(1, tags);
    }
}
