namespace Dkm.Cli.Parsing;

using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using Dkm.KeyRing.V1;

/// <summary><c>GROUP=permission,permission</c>.</summary>
internal sealed record BindingArgument(string Group, IReadOnlyList<Permission> Permissions)
{
    public const string Grammar = "GROUP=permission,… with permissions of encrypt, decrypt, hold, decrypt_compromised, manage, destroy";

    public static bool TryParse(string text, [NotNullWhen(true)] out BindingArgument? binding, [NotNullWhen(false)] out string? problem)
    {
        binding = null;
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0 || equals == text.Length - 1)
        {
            problem = $"'{text}': a binding is {Grammar}";
            return false;
        }

        var permissions = new List<Permission>();
        foreach (var word in text[(equals + 1)..].Split(','))
        {
            if (!PermissionWords.TryParse(word, out var permission))
            {
                problem = $"'{word}' is no permission; a binding is {Grammar}";
                return false;
            }

            if (!permissions.Contains(permission))
            {
                permissions.Add(permission);
            }
        }

        problem = null;
        binding = new BindingArgument(text[..equals], permissions);
        return true;
    }

    public Binding ToMessage()
    {
        var binding = new Binding { Group = Group };
        binding.Permissions.AddRange(Permissions);
        return binding;
    }
}
