namespace Dkm.Cli.Pki;

using Dkm.Cli.Output;

internal sealed record IdentityView
{
    public required string Name { get; init; }

    public required string SpiffeId { get; init; }

    public required string Directory { get; init; }

    public required string NotAfter { get; init; }

    public string ToText() => Columns.Facts(("identity", Name), ("is", SpiffeId), ("in", Directory), ("until", NotAfter));
}
