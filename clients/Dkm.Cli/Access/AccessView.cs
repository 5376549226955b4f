namespace Dkm.Cli.Access;

using Dkm.Cli.Output;

internal sealed record AccessView
{
    public required string Identity { get; init; }

    public required string KeyRing { get; init; }

    public required string Permission { get; init; }

    public required bool Allowed { get; init; }

    public required string Reason { get; init; }

    public required string Explanation { get; init; }

    /// <summary>The group that decided, if one did.</summary>
    public string? Group { get; init; }

    public string ToText() => Columns.Facts(
        (Allowed ? "allowed" : "denied", $"{Identity} {(Allowed ? "may" : "may not")} {Permission} on {KeyRing}"),
        ("reason", Reason),
        ("group", Group),
        ("why", Explanation));
}
