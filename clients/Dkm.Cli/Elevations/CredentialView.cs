namespace Dkm.Cli.Elevations;

/// <summary>A temporary credential, stored.</summary>
internal sealed record CredentialView(string Identity, string SpiffeId, string Directory, string? EndTime)
{
    public string ToText() => $"identity {Identity} is {SpiffeId} until {EndTime}\nuse it with: --identity {Identity}";
}
