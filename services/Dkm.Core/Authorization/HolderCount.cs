namespace Dkm.Core.Authorization;

using System;
using System.Collections.Generic;
using System.Linq;

/// <summary>Live holders, counted two ways.</summary>
/// <param name="Processes">The streams on which they hold a ring.</param>
/// <param name="Identities">Who they are, each once: a number that its bearer cannot raise.</param>
public readonly record struct HolderCount(int Processes, int Identities)
{
    /// <param name="identities">One for each process.</param>
    public static HolderCount Of(IReadOnlyCollection<string> identities) => new(identities.Count, identities.Distinct(StringComparer.Ordinal).Count());

    /// <summary>For a question: "2 of 3 live holders of ring 'a' (1 of 2 identities)".</summary>
    public string Say(HolderCount all, string ring) =>
        string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{Processes} of {all.Processes} live holders of ring '{ring}' ({Identities} of {all.Identities} identities)");
}
