namespace Dkm.Storage;

using System;
using System.Buffers;

/// <summary>Paths: printable ASCII without space, beginning with a slash, so that the order of characters is the order of bytes everywhere.</summary>
public static class StorePath
{
    /// <summary>Where everything of DKM lies.</summary>
    public const string Root = "/dkm/v1/";

    /// <summary>The cluster's id, written once.</summary>
    public const string Cluster = Root + "meta/cluster";

    // '~' is left out: the end of a prefix is made by raising its last character, which then still is ASCII.
    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}");

    /// <summary>The prefix of a service, with its final slash.</summary>
    public static string Service(string service) => $"{Root}{service}/";

    /// <summary>A service's manifest.</summary>
    public static string Manifest(string service) => $"{Root}{service}/manifest";

    /// <summary>An election key of a service.</summary>
    public static string Election(string service, string name) => $"{Root}{service}/election/{name}";

    /// <summary>True if it may be a path or a prefix.</summary>
    public static bool IsValid(string? path) =>
        path is { Length: > 0 and <= StoreLimits.MaximumPathLength } && path[0] == '/' && !path.AsSpan().ContainsAnyExcept(Allowed);

    /// <exception cref="ArgumentException">It is none.</exception>
    public static void Check(string path)
    {
        if (!IsValid(path))
        {
            throw new ArgumentException("a path begins with '/' and is at most 1024 printable ASCII characters without space and '~'", nameof(path));
        }
    }

    /// <summary>The first path behind all those that begin with the prefix.</summary>
    public static string EndOf(string prefix) => string.Concat(prefix.AsSpan(0, prefix.Length - 1), [(char)(prefix[^1] + 1)]);
}
