namespace Dkm.Storage;

using System.Collections.Generic;
using System.Linq;

/// <summary>Something in the store that is not what it has to be.</summary>
/// <param name="Path">Below the service's prefix.</param>
/// <param name="Expected">What had to be there; null if that is not known.</param>
/// <param name="Found">What is there.</param>
/// <param name="Upgrade">Nothing is wrong with it: it is for newer software.</param>
internal sealed record Refusal(string Path, string? Expected, string Found, bool Upgrade = false)
{
    private const int Told = 5;

    public static string Describe(IReadOnlyCollection<Refusal> refusals) =>
        string.Join("; ", refusals.Take(Told)) + (refusals.Count > Told ? $"; and {refusals.Count - Told} more" : string.Empty);

    public override string ToString() => Expected is null ? $"{Path}: found {Found}" : $"{Path}: expected {Expected}, found {Found}";
}
