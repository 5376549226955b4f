namespace Dkm.Cli.Parsing;

using System;
using System.Diagnostics.CodeAnalysis;

/// <summary>One <c>--context key=value</c>. The first <c>=</c> divides; the value may contain more of them, or be empty.</summary>
internal sealed record ContextPair(string Key, string Value)
{
    /// <summary>What .NET makes of bytes on the command line that are not UTF-8.</summary>
    private const char Replacement = '\uFFFD';

    public static bool TryParse(string text, [NotNullWhen(true)] out ContextPair? pair, [NotNullWhen(false)] out string? problem)
    {
        pair = null;
        problem = null;
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
        {
            problem = $"--context is key=value with a key that is not empty, such as address=ann@example.com; '{text}' is not";
        }
        else if (text.Contains(Replacement, StringComparison.Ordinal))
        {
            // Two different ill-formed values would otherwise become one context.
            problem = "--context is well-formed UTF-8; this one is not";
        }
        else
        {
            pair = new ContextPair(text[..equals], text[(equals + 1)..]);
        }

        return pair is not null;
    }
}
