namespace Dkm.Benchmarks;

using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;

/// <summary>A line of <c>summary.json</c>.</summary>
internal sealed record Figure(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("value")] double Value,
    [property: JsonPropertyName("unit")] string Unit,
    [property: JsonPropertyName("against")] string? Against,
    [property: JsonPropertyName("ratio")] double? Ratio)
{
    /// <summary>Where figures are shown: apart from what the services log.</summary>
    public static TextWriter Screen { get; set; } = Console.Out;

    public void Tell() => Screen.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{Name,-44} {Value,16:#,0.###} {Unit,-8} {(Against is null ? string.Empty : $"{Ratio:0.00} x {Against}")}"));
}

/// <summary>The raw numbers behind the figures of one group of subjects.</summary>
internal sealed record RawGroup(
    [property: JsonPropertyName("group")] string Group,
    [property: JsonPropertyName("machine")] Machine Machine,
    [property: JsonPropertyName("method")] string Method,
    [property: JsonPropertyName("subjects")] IReadOnlyList<RawSubject> Subjects);

/// <summary>The rounds of one subject, in the order in which they ran.</summary>
internal sealed record RawSubject(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("unit")] string Unit,
    [property: JsonPropertyName("median")] double Median,
    [property: JsonPropertyName("minimum")] double Minimum,
    [property: JsonPropertyName("maximum")] double Maximum,
    [property: JsonPropertyName("rounds")] IReadOnlyList<Sample> Rounds);

/// <summary>What the figures were measured on.</summary>
internal sealed record Machine(
    [property: JsonPropertyName("os")] string OperatingSystem,
    [property: JsonPropertyName("processor")] string Processor,
    [property: JsonPropertyName("cores")] int Cores,
    [property: JsonPropertyName("runtime")] string Runtime,
    [property: JsonPropertyName("server_gc")] bool ServerGc,
    [property: JsonPropertyName("time")] string Time)
{
    public static Machine Current() => new(
        RuntimeInformation.OSDescription,
        Model(),
        Environment.ProcessorCount,
        RuntimeInformation.FrameworkDescription,
        GCSettings.IsServerGC,
        DateTimeOffset.UtcNow.ToString("O", CultureInfo.InvariantCulture));

    private static string Model() =>
        File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "unknown"
            : RuntimeInformation.ProcessArchitecture.ToString();
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(List<Figure>))]
[JsonSerializable(typeof(RawGroup))]
[JsonSerializable(typeof(RawMeasurements))]
internal sealed partial class FigureJson : JsonSerializerContext;
