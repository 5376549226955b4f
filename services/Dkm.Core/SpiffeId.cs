namespace Dkm.Core;

using System;
using System.Buffers;
using System.Diagnostics.CodeAnalysis;

/// <summary>
/// A SPIFFE ID of exactly one of DKM's classes, in its one canonical spelling: <c>spiffe://&lt;trust domain&gt;&lt;path&gt;</c>. Anything that a
/// lenient parser would fold into it (upper case, percent escapes, dots, doubled or trailing slashes, ports, queries) is refused instead, so that
/// no two spellings are one identity.
/// </summary>
public sealed class SpiffeId : IEquatable<SpiffeId>
{
    private const string Scheme = "spiffe://";
    private const int MaximumLength = 2048;
    private const int MaximumSegment = 253;

    private static readonly SearchValues<char> TrustDomainCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789.-_");

    private static readonly SearchValues<char> SegmentCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_");

    private readonly string text;

    private SpiffeId(string text, string trustDomain, IdentityClass identityClass, string? person, DkmService? service)
    {
        Elevation = identityClass == IdentityClass.Elevated ? text[(text.LastIndexOf('/') + 1)..] : null;
        this.text = text;
        TrustDomain = trustDomain;
        Class = identityClass;
        Person = person;
        Service = service;
    }

    /// <summary>The trust domain, such as <c>dkm.local</c>.</summary>
    public string TrustDomain { get; }

    /// <summary>The class that the path says. Whether the certificate's CA may vouch for it is Transport's question.</summary>
    public IdentityClass Class { get; }

    /// <summary>The person of a human identity.</summary>
    public string? Person { get; }

    /// <summary>The id of the elevation of an elevated identity.</summary>
    public string? Elevation { get; }

    /// <summary>The service of a service identity.</summary>
    public DkmService? Service { get; }

    public static SpiffeId ForService(string trustDomain, DkmService service) =>
        Parse(Scheme + trustDomain + service switch
        {
            DkmService.Access => "/dkm/access",
            DkmService.KeyRing => "/dkm/keyring",
            DkmService.Crypto => "/dkm/crypto",
            _ => throw new ArgumentOutOfRangeException(nameof(service)),
        });

    public static SpiffeId ForElevation(string trustDomain, string id) => Parse($"{Scheme}{trustDomain}/elevated/{id}");

    public static SpiffeId Parse(string text) =>
        TryParse(text, out var id, out var problem) ? id : throw new FormatException(problem);

    public static bool TryParse(string? text, [NotNullWhen(true)] out SpiffeId? id, [NotNullWhen(false)] out string? problem)
    {
        id = null;
        problem = Check(text, out var trustDomain, out var identityClass, out var person, out var service);
        if (problem is not null)
        {
            return false;
        }

        id = new SpiffeId(text!, trustDomain, identityClass, person, service);
        return true;
    }

    public bool Equals(SpiffeId? other) => other is not null && string.Equals(text, other.text, StringComparison.Ordinal);

    public override bool Equals(object? obj) => Equals(obj as SpiffeId);

    public override int GetHashCode() => string.GetHashCode(text, StringComparison.Ordinal);

    public override string ToString() => text;

    private static string? Check(
        string? text, out string trustDomain, out IdentityClass identityClass, out string? person, out DkmService? service)
    {
        trustDomain = string.Empty;
        identityClass = default;
        person = null;
        service = null;
        if (string.IsNullOrEmpty(text) || text.Length > MaximumLength || !text.StartsWith(Scheme, StringComparison.Ordinal))
        {
            return "a SPIFFE ID is 'spiffe://' + trust domain + path, at most 2048 characters";
        }

        var slash = text.IndexOf('/', Scheme.Length);
        trustDomain = slash < 0 ? text[Scheme.Length..] : text[Scheme.Length..slash];
        if (!IsTrustDomain(trustDomain))
        {
            return "the trust domain is 1 to 255 of [a-z0-9._-]";
        }

        var segments = slash < 0 ? [] : text[(slash + 1)..].Split('/');
        foreach (var segment in segments)
        {
            if (!IsSegment(segment))
            {
                return "each path segment is 1 to 253 of [a-zA-Z0-9._-], and neither '.' nor '..'";
            }
        }

        switch (segments)
        {
            case ["ns", _, "sa", _]:
                identityClass = IdentityClass.Workload;
                return null;
            case ["human", var name]:
                identityClass = IdentityClass.Human;
                person = name;
                return name.AsSpan().ContainsAnyInRange('A', 'Z') ? "a person is spelled in lower case" : null;
            case ["elevated", _]:
                identityClass = IdentityClass.Elevated;
                return null;
            case ["dkm", "access"]:
                service = DkmService.Access;
                break;
            case ["dkm", "keyring"]:
                service = DkmService.KeyRing;
                break;
            case ["dkm", "crypto"]:
                service = DkmService.Crypto;
                break;
            default:
                return "the path is /ns/<namespace>/sa/<account>, /human/<person>, /elevated/<id>, /dkm/access, /dkm/keyring or /dkm/crypto";
        }

        identityClass = IdentityClass.Service;
        return null;
    }

    private static bool IsTrustDomain(ReadOnlySpan<char> value) =>
        value.Length is > 0 and <= 255 && !value.ContainsAnyExcept(TrustDomainCharacters);

    private static bool IsSegment(ReadOnlySpan<char> value) =>
        value.Length is > 0 and <= MaximumSegment
        && value is not "." and not ".."
        && !value.ContainsAnyExcept(SegmentCharacters);
}
