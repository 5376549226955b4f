namespace Dkm.Transport;

using System.Text.Json.Serialization;

/// <summary>An unknown or doubled key is a mistake that someone would otherwise look for a long time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true)]
[JsonSerializable(typeof(HomeConfiguration))]
internal sealed partial class HomeConfigurationJson : JsonSerializerContext;
