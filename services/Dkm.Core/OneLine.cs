namespace Dkm.Core;

using System;
using System.Linq;

/// <summary>Words of callers that stand in logs, and in tables on terminals, where a line end would forge a row.</summary>
public static class OneLine
{
    /// <param name="text">What the caller sent.</param>
    /// <param name="field">Where.</param>
    /// <param name="what">What it is, such as <c>a description</c>.</param>
    /// <returns>The text.</returns>
    /// <exception cref="DkmException">INVALID_ARGUMENT: it has a control character.</exception>
    public static string Demand(string text, string field, string what)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Any(char.IsControl) ? throw DkmException.Invalid(field, Reasons.InvalidField, $"{what} is one line of text, without control characters") : text;
    }
}
