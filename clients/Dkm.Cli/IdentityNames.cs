namespace Dkm.Cli;

using System;
using System.Buffers;
using Dkm.Cli.Failures;

/// <summary>Names of identities are names of folders.</summary>
internal static class IdentityNames
{
    private static readonly SearchValues<char> Allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    public static string Check(string name) =>
        name.Length is > 0 and <= 100 && !name.AsSpan().ContainsAnyExcept(Allowed) && name[0] != '.' && name != "ca"
            ? name
            : throw new UsageException($"'{name}' is no name of an identity: 1 to 100 of [a-zA-Z0-9._-], not beginning with a dot, not 'ca'");
}
