namespace Dkm.Cli.Output;

using System.Globalization;
using System.Linq;
using System.Text;

/// <summary>
/// Text that says nothing to a terminal but what it says to its reader. Descriptions and reasons are others' words: an escape sequence among them could move the cursor over
/// what was printed before, and a change of direction could turn it round.
/// </summary>
internal static class Plain
{
    /// <summary>Line ends stay; other control characters are written as <c>\uXXXX</c>, which is what they are in JSON too.</summary>
    public static string Text(string text) => Written(text, lineEndsToo: false);

    /// <summary>Line ends are written out too: others' words in one line of a table, of facts or of notes must not make another that looks like ours.</summary>
    public static string Line(string text) => Written(text, lineEndsToo: true);

    private static string Written(string text, bool lineEndsToo)
    {
        if (!text.Any(c => Speaks(c, lineEndsToo)))
        {
            return text;
        }

        var plain = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            if (Speaks(c, lineEndsToo))
            {
                plain.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            }
            else
            {
                plain.Append(c);
            }
        }

        return plain.ToString();
    }

    private static bool Speaks(char c, bool lineEndsToo) => (char.IsControl(c) && (lineEndsToo || c != '\n')) || c is '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
}
