namespace Dkm.Cli.Parsing;

using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using Dkm.KeyRing.V1;

/// <summary><c>GROUP</c>, all of it, or <c>GROUP=permission,permission</c>.</summary>
/// <param name="Group">The group's name.</param>
/// <param name="Permissions">What is taken away; empty: everything.</param>
internal sealed record UnbindingArgument(string Group, IReadOnlyList<Permission> Permissions)
{
    public static bool TryParse(string text, [NotNullWhen(true)] out UnbindingArgument? unbinding, [NotNullWhen(false)] out string? problem)
    {
        problem = null;
        unbinding = null;
        if (!text.Contains('=', StringComparison.Ordinal))
        {
            unbinding = new UnbindingArgument(text, []);
        }
        else if (BindingArgument.TryParse(text, out var binding, out problem))
        {
            unbinding = new UnbindingArgument(binding.Group, binding.Permissions);
        }

        return unbinding is not null;
    }
}
