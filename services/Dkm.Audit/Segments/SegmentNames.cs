namespace Dkm.Audit;

using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

/// <summary>A segment's file has the index of its first record for its name, in 16 digits, so that names sort as records do.</summary>
internal static class SegmentNames
{
    /// <summary>What is being made, and was not finished before a crash.</summary>
    public const string Draft = ".new";

    private const string Ending = ".log";
    private const int Digits = 16;

    public static string Of(long first) => first.ToString("D16", CultureInfo.InvariantCulture) + Ending;

    public static bool TryParse(string name, out long first)
    {
        first = 0;
        return name.Length == Digits + Ending.Length
            && name.EndsWith(Ending, StringComparison.Ordinal)
            && long.TryParse(name.AsSpan(0, Digits), NumberStyles.None, CultureInfo.InvariantCulture, out first);
    }

    /// <summary>The first indexes of the segments among these names, ascending.</summary>
    public static IReadOnlyList<long> Among(IEnumerable<string> names) =>
        names.Select(name => TryParse(name, out var first) ? first : -1).Where(first => first >= 0).Order().ToList();
}
