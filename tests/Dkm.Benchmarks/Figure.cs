namespace Dkm.Benchmarks;

using System.Collections.Generic;
using System.Text.Json.Serialization;

/// <summary>A line of <c>summary.json</c>.</summary>
internal sealed record Figure(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("value")] double Value,
    [property: JsonPropertyName("unit")] string Unit,
    [property: JsonPropertyName("against")] string? Against,
    [property: JsonPropertyName("ratio")] double? Ratio);

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
    [property: JsonPropertyName("time")] string Time);

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(List<Figure>))]
[JsonSerializable(typeof(RawGroup))]
internal sealed partial class FigureJson : JsonSerializerContext;
