namespace Dkm.Cli;

using System;
using System.Collections.Generic;
using System.Linq;

/// <summary>What somebody most likely meant to type: at most two letters off (for short words one), or begun and not ended.</summary>
internal static class Nearest
{
    public static IEnumerable<string> Of(string typed, IEnumerable<string> known) => known
        .Select(word => (Word: word, Distance: Distance(typed, word)))
        .Where(found => found.Distance <= (typed.Length < 4 ? 1 : 2) || (typed.Length >= 2 && found.Word.StartsWith(typed, StringComparison.Ordinal)))
        .OrderBy(found => found.Distance)
        .Select(found => found.Word)
        .Take(3);

    /// <summary>Letters to insert, leave out, replace or swap with their neighbour.</summary>
    private static int Distance(string from, string to)
    {
        var steps = new int[from.Length + 1, to.Length + 1];
        for (var i = 0; i <= from.Length; i++)
        {
            for (var j = 0; j <= to.Length; j++)
            {
                steps[i, j] = i == 0 || j == 0
                    ? i + j
                    : Math.Min(Math.Min(steps[i - 1, j], steps[i, j - 1]) + 1, steps[i - 1, j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                {
                    steps[i, j] = Math.Min(steps[i, j], steps[i - 2, j - 2] + 1);
                }
            }
        }

        return steps[from.Length, to.Length];
    }
}
