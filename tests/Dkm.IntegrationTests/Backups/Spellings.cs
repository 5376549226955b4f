namespace Dkm.IntegrationTests.Backups;

using System;
using System.Buffers.Text;
using System.Collections.Generic;
using System.Linq;
using System.Text;

/// <summary>Looks for a secret as it may have been written: raw, backwards, hexadecimal, base64 and base64url at each alignment.</summary>
internal static class Spellings
{
    public static IReadOnlyList<string> FoundIn(ReadOnlySpan<byte> content, byte[] secret)
    {
        var found = new List<string>();
        foreach (var (name, bytes) in Of(secret))
        {
            if (content.IndexOf(bytes) >= 0)
            {
                found.Add(name);
            }
        }

        return found;
    }

    private static IEnumerable<(string Name, byte[] Bytes)> Of(byte[] secret)
    {
        yield return ("raw", secret);
        yield return ("backwards", [.. Enumerable.Reverse(secret)]);
        yield return ("hex", Encoding.ASCII.GetBytes(Convert.ToHexString(secret)));
        yield return ("lower-case hex", Encoding.ASCII.GetBytes(Convert.ToHexStringLower(secret)));
        for (var before = 0; before < 3; before++)
        {
            // What stands before shifts the text; the characters that lean on a neighbour are left out.
            byte[] shifted = [.. new byte[before], .. secret];
            var (skip, take) = ((before * 8 + 5) / 6, secret.Length / 3 * 4 - 4);
            yield return ($"base64 {before}", Encoding.ASCII.GetBytes(Convert.ToBase64String(shifted).Substring(skip, take)));
            yield return ($"base64url {before}", Encoding.ASCII.GetBytes(Base64Url.EncodeToString(shifted).Substring(skip, take)));
        }
    }
}
