namespace Dkm.Testing.Secrecy;

using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

/// <summary>
/// Looks for secrets in whatever spelling they might have leaked: as they are, reversed, in hexadecimal of either case, in base64 and base64url at each of the three places
/// that they may have in a longer text. All spellings at once, so that hundreds of megabytes take seconds.
/// </summary>
public sealed class SecretScanner
{
    /// <summary>Shorter secrets would be found by chance, and a spelling has to be longer than what is compared first.</summary>
    private const int Shortest = 16;

    private const int FilterBits = 22;
    private const int BufferSize = 1 << 20;

    private readonly List<(string Name, byte[] Bytes)> spellings = [];
    private readonly Dictionary<ulong, List<int>> byBeginning = [];
    private readonly ulong[] filter = new ulong[(1 << FilterBits) / 64];

    /// <summary>How many spellings it knows.</summary>
    public int Spellings => spellings.Count;

    /// <summary>Adds a secret under a name that a finding tells.</summary>
    public void Add(string name, ReadOnlySpan<byte> secret)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(secret.Length, Shortest);
        foreach (var (form, bytes) in Spell(secret))
        {
            var beginning = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            if (!byBeginning.TryGetValue(beginning, out var same))
            {
                byBeginning[beginning] = same = [];
                var slot = Slot(beginning);
                filter[slot >> 6] |= 1UL << (slot & 63);
            }

            same.Add(spellings.Count);
            spellings.Add(($"{name}, {form}", bytes));
        }
    }

    /// <summary>What of it stands in these bytes.</summary>
    public IReadOnlyCollection<string> Find(ReadOnlySpan<byte> content)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        Find(content, found);
        return found;
    }

    /// <summary>What of it stands in what is read to its end.</summary>
    public async Task<IReadOnlyCollection<string>> FindAsync(Stream content, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        var found = new SortedSet<string>(StringComparer.Ordinal);
        if (spellings.Count == 0)
        {
            return found;
        }

        var overlap = spellings.Max(spelling => spelling.Bytes.Length) - 1;
        var buffer = new byte[BufferSize + overlap];
        for (var kept = 0; ;)
        {
            var read = await content.ReadAtLeastAsync(buffer.AsMemory(kept, BufferSize), BufferSize, throwOnEndOfStream: false, cancellationToken);
            Find(buffer.AsSpan(0, kept + read), found);
            if (read < BufferSize)
            {
                return found;
            }

            // What begins at the end of this piece may end in the next.
            buffer.AsSpan(read + kept - overlap, overlap).CopyTo(buffer);
            kept = overlap;
        }
    }

    private static int Slot(ulong beginning) => (int)((beginning * 0x9E3779B97F4A7C15) >> (64 - FilterBits));

    private static List<(string Form, byte[] Bytes)> Spell(ReadOnlySpan<byte> secret)
    {
        var raw = secret.ToArray();
        byte[] reversed = [.. raw.Reverse()];
        var all = new List<(string Form, byte[] Bytes)>();
        foreach (var (order, bytes) in ((string, byte[])[])[("as it is", raw), ("reversed", reversed)])
        {
            all.Add((order, bytes));
            all.Add(($"{order}, lower hexadecimal", Encoding.ASCII.GetBytes(Convert.ToHexStringLower(bytes))));
            all.Add(($"{order}, upper hexadecimal", Encoding.ASCII.GetBytes(Convert.ToHexString(bytes))));
        }

        for (var before = 0; before < 3; before++)
        {
            var text = Base64Within(raw, before);
            var url = text.Replace('+', '-').Replace('/', '_');
            all.Add(($"base64 behind {before} bytes", Encoding.ASCII.GetBytes(text)));
            if (url != text)
            {
                all.Add(($"base64url behind {before} bytes", Encoding.ASCII.GetBytes(url)));
            }
        }

        return all;
    }

    /// <summary>The characters that depend on nothing but the secret, if so many bytes (modulo three) stand before it and any behind it.</summary>
    private static string Base64Within(byte[] secret, int before)
    {
        var text = Convert.ToBase64String([.. new byte[before], .. secret]);
        var first = ((before * 8) + 5) / 6;
        var end = (before + secret.Length) * 8 / 6;
        return text[first..end];
    }

    private void Find(ReadOnlySpan<byte> content, SortedSet<string> found)
    {
        for (var i = 0; i + sizeof(ulong) <= content.Length; i++)
        {
            var beginning = BinaryPrimitives.ReadUInt64LittleEndian(content[i..]);
            var slot = Slot(beginning);
            if ((filter[slot >> 6] & (1UL << (slot & 63))) == 0 || !byBeginning.TryGetValue(beginning, out var candidates))
            {
                continue;
            }

            foreach (var candidate in candidates)
            {
                if (content[i..].StartsWith(spellings[candidate].Bytes))
                {
                    found.Add(spellings[candidate].Name);
                }
            }
        }
    }
}
