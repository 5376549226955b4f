namespace Dkm.Transport;

using System;
using System.Buffers;
using System.Collections.Frozen;
using System.Collections.Generic;
using System.Text;

/// <summary>Certificates that are refused whatever vouches for them, by the SHA-256 of their DER.</summary>
internal sealed class DenyList
{
    private const int DigestLength = 64;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    private readonly FrozenSet<string> digests;

    private DenyList(IEnumerable<string> digests) => this.digests = digests.ToFrozenSet(StringComparer.Ordinal);

    public static DenyList Empty { get; } = new([]);

    public bool Contains(string sha256Thumbprint) => digests.Contains(sha256Thumbprint);

    /// <summary>Upper case and the colons of <c>openssl x509 -fingerprint</c> are understood: a denial must not fail on spelling.</summary>
    /// <exception cref="FormatException">A line is no SHA-256. The whole file is refused, so that a typing error does not go unseen.</exception>
    public static DenyList Parse(byte[] content)
    {
        var digests = new List<string>();
        var number = 0;
        foreach (var line in Encoding.UTF8.GetString(content).Split('\n'))
        {
            number++;
            var text = line.Trim();
            if (text.Length == 0 || text.StartsWith('#'))
            {
                continue;
            }

            var digest = text.Replace(":", string.Empty, StringComparison.Ordinal).ToLowerInvariant();
            if (digest.Length != DigestLength || digest.AsSpan().ContainsAnyExcept(HexDigits))
            {
                throw new FormatException($"line {number} is not the SHA-256 of a certificate in {DigestLength} hex digits");
            }

            digests.Add(digest);
        }

        return new DenyList(digests);
    }
}
