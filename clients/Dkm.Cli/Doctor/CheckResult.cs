namespace Dkm.Cli.Doctor;

using System.Text.Json.Serialization;

/// <param name="Name">What was looked at.</param>
/// <param name="Verdict">How it is.</param>
/// <param name="Detail">What was found.</param>
/// <param name="Advice">What to do; null if nothing is to be done.</param>
internal sealed record CheckResult(string Name, Verdict Verdict, string Detail, string? Advice = null)
{
    /// <summary>Whether nobody can be asked anything before this is mended.</summary>
    [JsonIgnore]
    public bool Blocks { get; init; }

    /// <summary>Whether there is more, which only administrators are told.</summary>
    [JsonIgnore]
    public bool Partial { get; init; }

    public static CheckResult Good(string name, string detail) => new(name, Verdict.Good, detail);

    public static CheckResult Watch(string name, string detail, string advice) => new(name, Verdict.Watch, detail, advice);

    public static CheckResult Broken(string name, string detail, string advice) => new(name, Verdict.Broken, detail, advice);
}
