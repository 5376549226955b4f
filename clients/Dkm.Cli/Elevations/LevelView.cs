namespace Dkm.Cli.Elevations;

/// <summary>One level of approval.</summary>
internal sealed record LevelView(string Group, int Approvals);
