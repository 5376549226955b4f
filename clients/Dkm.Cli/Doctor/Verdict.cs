namespace Dkm.Cli.Doctor;

using System.Text.Json.Serialization;

[JsonConverter(typeof(JsonStringEnumConverter<Verdict>))]
internal enum Verdict
{
    [JsonStringEnumMemberName("good")]
    Good,

    /// <summary>Works, and will not for ever.</summary>
    [JsonStringEnumMemberName("watch")]
    Watch,

    [JsonStringEnumMemberName("broken")]
    Broken,
}
