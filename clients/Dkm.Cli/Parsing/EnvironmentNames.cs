namespace Dkm.Cli.Parsing;

/// <summary>Variables that give options their defaults.</summary>
internal static class EnvironmentNames
{
    public const string Identity = "DKM_IDENTITY";
    public const string Ring = "DKM_RING";
    public const string Port = "DKM_PORT";
}
