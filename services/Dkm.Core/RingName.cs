namespace Dkm.Core;

using System;
using System.Buffers;

/// <summary>The grammar of ring names: 1 to 4 segments of <c>[a-z0-9-]{1,63}</c> joined by <c>/</c>. There is one spelling of each.</summary>
public static class RingName
{
    public const string Grammar = "1 to 4 segments of [a-z0-9-]{1,63} joined by '/'";

    private static readonly SearchValues<char> Allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    public static bool IsValid(string? name)
    {
        if (string.IsNullOrEmpty(name) || name.Length > (4 * 63) + 3)
        {
            return false;
        }

        var count = 0;
        foreach (var range in name.AsSpan().Split('/'))
        {
            count++;
            var segment = name.AsSpan(range);
            if (segment.Length is 0 or > 63 || segment.ContainsAnyExcept(Allowed))
            {
                return false;
            }
        }

        return count <= 4;
    }

    /// <exception cref="DkmException">INVALID_ARGUMENT that names <paramref name="field"/>.</exception>
    public static string Check(string? name, string field) =>
        IsValid(name) ? name! : throw DkmException.Invalid(field, string.IsNullOrEmpty(name) ? Reasons.Required : Reasons.InvalidField, $"a ring name is {Grammar}");
}
