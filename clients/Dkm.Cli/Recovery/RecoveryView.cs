namespace Dkm.Cli.Recovery;

using Dkm.Cli.Output;
using Dkm.Core;

/// <summary>What a recovery did to one service.</summary>
internal sealed record RecoveryView
{
    public required string Service { get; init; }

    /// <summary>False: nothing was refused.</summary>
    public required bool Recovered { get; init; }

    /// <summary>Where its records are now.</summary>
    public string? Version { get; init; }

    public static RecoveryView Of(DkmService service, string? version) =>
        new() { Service = Words.Of(service), Recovered = version is not null, Version = version };
}
