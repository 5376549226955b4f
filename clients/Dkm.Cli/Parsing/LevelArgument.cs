namespace Dkm.Cli.Parsing;

using System;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Dkm.Access.V1;

/// <summary><c>APPROVERS=N</c>: a HUMAN group, and how many of it.</summary>
internal sealed record LevelArgument(string Group, int Approvals)
{
    public const string Grammar = "APPROVERS=N: a group of humans, and how many of them, 1 to 16";

    public static bool TryParse(string text, [NotNullWhen(true)] out LevelArgument? level, [NotNullWhen(false)] out string? problem)
    {
        var equals = text.LastIndexOf('=');
        var counted = int.TryParse(text.AsSpan(equals + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var approvals);
        level = equals > 0 && counted && approvals is >= 1 and <= 16 ? new LevelArgument(text[..equals], approvals) : null;
        problem = level is null ? $"'{text}': a level is {Grammar}" : null;
        return level is not null;
    }

    public ApproverLevel ToMessage() => new() { Group = Group, Approvals = Approvals };
}
