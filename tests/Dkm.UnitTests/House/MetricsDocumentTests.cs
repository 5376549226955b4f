namespace Dkm.UnitTests.House;

using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics.Metrics;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using Dkm.Hosting;
using Grpc.Core;
using Xunit;

/// <summary>docs/metrics.md against the instruments of the code: the same names, kinds, units and labels, by meter.</summary>
public sealed partial class MetricsDocumentTests
{
    private static readonly string Page = Repository.Read("docs", "metrics.md");

    [Fact]
    public void Instruments_OfAllMeters_AreThoseOfThePage()
    {
        var measured = Measure();
        Assert.Equal(Rows().Order(StringComparer.Ordinal), measured.Order(StringComparer.Ordinal));

        // One that this test does not measure would be in neither.
        var made = Directory.EnumerateFiles(Path.Combine(Repository.Root, "services"), "*.cs", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "clients"), "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Sum(file => Creation().Count(File.ReadAllText(file)));
        Assert.Equal(made, measured.Count);
    }

    [Fact]
    public void Exported_MetersAndSources_AreOnThePage()
    {
        Assert.All(Dkm.Hosting.Telemetry.Meters.Where(meter => meter != "Dkm.*"), meter => Assert.Contains($"`{meter}`", Page, StringComparison.Ordinal));
        Assert.Equal(
            Dkm.Hosting.Telemetry.Sources.Order(StringComparer.Ordinal),
            Table("Traces").Select(cells => cells[0]).Order(StringComparer.Ordinal));
    }

    /// <summary>The alerts speak of what there is.</summary>
    [Fact]
    public void Alerts_EachInstrument_IsOneOfThePage()
    {
        var names = Rows().Select(row => row.Split(" | ")[1]).ToHashSet(StringComparer.Ordinal);
        var named = Table("What to alert on").SelectMany(cells => Instrument().Matches(cells[0]).Select(match => match.Groups[1].Value)).ToList();
        Assert.NotEmpty(named);
        Assert.All(named, name => Assert.Contains(name, names));
    }

    /// <summary>One measurement by each instrument; what others measure at the same time has the same labels.</summary>
    private static List<string> Measure()
    {
        var seen = new ConcurrentDictionary<Instrument, string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name.StartsWith("Dkm.", StringComparison.Ordinal))
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<int>((instrument, _, tags, _) => seen[instrument] = Labels(tags));
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => seen[instrument] = Labels(tags));
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => seen[instrument] = Labels(tags));
        listener.Start();
        MeasureEach(listener.RecordObservableInstruments);
        return [.. seen.Select(one => $"{one.Key.Meter.Name} | {one.Key.Name} | {Kind(one.Key)} | {one.Key.Unit} | {one.Value}")];
    }

    private static void MeasureEach(Action look)
    {
        var here = new object();
        Dkm.Hosting.Telemetry.Failed(MethodTable.Rows[0], StatusCode.Internal, TimeSpan.Zero);
        Dkm.Hosting.Telemetry.PolicyReconnect();
        Dkm.Hosting.Telemetry.FollowPolicy(here, () => TimeSpan.FromSeconds(1));
        Dkm.Storage.Telemetry.Refused("keyring", refused: false);
        Dkm.Storage.Telemetry.Follow(here, "keyring", () => TimeSpan.FromSeconds(1));
        Dkm.KeyRing.Telemetry.Holders(1, 0);
        Dkm.KeyRing.Telemetry.Stands(here, () => true);
        Dkm.Access.Telemetry.Followed();
        Dkm.Access.Telemetry.Unfollowed();
        Dkm.Access.Telemetry.Stepped();
        Dkm.Access.Telemetry.FellBehind();
        look();
        Dkm.Hosting.Telemetry.ForgetPolicy(here);
        Dkm.Storage.Telemetry.Forget(here);
        Dkm.KeyRing.Telemetry.StandsNoMore(here);
    }

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags) => string.Join(", ", tags.ToArray().Select(tag => tag.Key));

    private static string Kind(Instrument instrument) => instrument.GetType().Name.Split('`')[0] switch
    {
        "Gauge" or "ObservableGauge" => "gauge",
        "UpDownCounter" or "ObservableUpDownCounter" => "up-down counter",
        var other => other.ToLowerInvariant(),
    };

    private static List<string> Rows() =>
    [
        .. ((string[])["Dkm.Hosting", "Dkm.Storage", "Dkm.KeyRing", "Dkm.Access"])
            .SelectMany(meter => Table(meter).Select(cells => $"{meter} | {cells[0]} | {cells[1]} | {cells[2]} | {cells[3]}")),
    ];

    /// <summary>The rows of a section's table, without its head.</summary>
    private static IEnumerable<string[]> Table(string section) => Page
        .Split('\n')
        .SkipWhile(line => line != "## " + section)
        .Skip(1)
        .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
        .Where(line => line.StartsWith('|'))
        .Skip(2)
        .Select(line => line.Split('|', StringSplitOptions.TrimEntries)[1..^1]);

    [GeneratedRegex(@"\.Create(Observable)?(Counter|UpDownCounter|Gauge|Histogram)(<\w+>)?\(")]
    private static partial Regex Creation();

    [GeneratedRegex(@"`((?:dkm|rpc)\.[a-z._]+)`")]
    private static partial Regex Instrument();
}
