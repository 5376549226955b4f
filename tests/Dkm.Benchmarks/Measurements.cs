namespace Dkm.Benchmarks;

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Serialization;

/// <summary>What is measured one by one and not per second: all values are kept, and what the figures say of them is made from those.</summary>
internal sealed class Measurements(string group, string method)
{
    private readonly List<Measurement> all = [];
    private readonly List<Figure> figures = [];

    public IReadOnlyList<Figure> Figures => figures;

    /// <summary>Keeps values for the file of the group.</summary>
    public Measurements Keep(string name, string unit, params IReadOnlyCollection<double> values)
    {
        all.Add(new Measurement(name, unit, values.Count, At(values, 0.5), At(values, 0.99), values.Max(), [.. values.Select(value => Math.Round(value, 3))]));
        return this;
    }

    /// <summary>Half of them are below the first, all but a hundredth below the second.</summary>
    public Measurements Distribution(string name, string unit, IReadOnlyCollection<double> values)
    {
        Keep(name, unit, values);
        Add($"{name}.p50", unit, At(values, 0.5));
        Add($"{name}.p99", unit, At(values, 0.99));
        return Add($"{name}.max", unit, values.Max());
    }

    public Measurements Median(string name, string unit, IReadOnlyCollection<double> values) => Keep(name, unit, values).Add(name, unit, At(values, 0.5));

    public Measurements Add(string name, string unit, double value, string? against = null, double? ratio = null)
    {
        var figure = new Figure(name, Math.Round(value, 3), unit, against, ratio is { } known ? Math.Round(known, 3) : null);
        figure.Tell();
        figures.Add(figure);
        return this;
    }

    public void Write(string folder) => File.WriteAllText(
        Path.Combine(folder, group + ".json"), JsonSerializer.Serialize(new RawMeasurements(group, Machine.Current(), method, all), FigureJson.Default.RawMeasurements) + "\n");

    private static double At(IReadOnlyCollection<double> values, double share) =>
        values.Order().ElementAt((int)Math.Min(Math.Ceiling(share * values.Count), values.Count) - 1);
}

/// <summary>The raw numbers behind the figures of one group of measurements.</summary>
internal sealed record RawMeasurements(
    [property: JsonPropertyName("group")] string Group,
    [property: JsonPropertyName("machine")] Machine Machine,
    [property: JsonPropertyName("method")] string Method,
    [property: JsonPropertyName("measurements")] IReadOnlyList<Measurement> All);

/// <summary>Values in the order in which they were measured.</summary>
internal sealed record Measurement(string Name, string Unit, int Count, double P50, double P99, double Maximum, IReadOnlyList<double> Values);
