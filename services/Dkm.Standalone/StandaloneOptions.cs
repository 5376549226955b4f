namespace Dkm.Standalone;

using System.Collections.Generic;
using Dkm.Core;

/// <summary>What Standalone needs in order to run.</summary>
internal sealed record StandaloneOptions
{
    /// <summary>Development identities and CAs, low floors. Announced at start.</summary>
    public required bool Development { get; init; }

    /// <summary>Where everything lies: configuration, identities, data, roots.</summary>
    public required string Home { get; init; }

    public required string TrustDomain { get; init; }

    /// <summary>0 picks free ports (the last ones where they are free), null takes 8443, 8444, 8445 and 8081, any other is the first of four.</summary>
    public int? Port { get; init; }

    /// <summary>Whether the end of standard input ends this process: so a child does not outlive <c>dkm dev</c>.</summary>
    public bool StopAtEndOfInput { get; init; }

    /// <summary>Make nothing in an empty store, but wait until a restore has filled it.</summary>
    public bool AwaitRestore { get; init; }

    public required IReadOnlyList<SpiffeId> FirstAdministrators { get; init; }
}
