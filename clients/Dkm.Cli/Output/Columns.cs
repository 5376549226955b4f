namespace Dkm.Cli.Output;

using System;
using System.Collections.Generic;
using System.Text;

/// <summary>
/// Text in columns. Not Spectre's tables: those wrap at the width of a terminal, and what is listed here is as often read by grep and awk.
/// </summary>
internal static class Columns
{
    private const string Gap = "  ";

    public static string Table(string[] headings, List<string[]> rows)
    {
        var widths = new int[headings.Length];
        List<string[]> all = [headings, .. rows.ConvertAll(row => Array.ConvertAll(row, Plain.Line))];
        foreach (var row in all)
        {
            for (var i = 0; i < widths.Length; i++)
            {
                widths[i] = Math.Max(widths[i], row[i].Length);
            }
        }

        var text = new StringBuilder();
        foreach (var row in all)
        {
            Append(text, row, widths);
        }

        return text.ToString().TrimEnd('\n');
    }

    /// <summary>Names and what they stand for, a line each; pairs without a value are left out.</summary>
    public static string Facts(params ReadOnlySpan<(string Name, string? Value)> facts)
    {
        var width = 0;
        foreach (var (name, value) in facts)
        {
            width = string.IsNullOrEmpty(value) ? width : Math.Max(width, name.Length);
        }

        var text = new StringBuilder();
        foreach (var (name, value) in facts)
        {
            if (!string.IsNullOrEmpty(value))
            {
                var indented = value.Replace("\n", "\n" + new string(' ', width + Gap.Length), StringComparison.Ordinal);
                text.Append(name.PadRight(width)).Append(Gap).Append(indented).Append('\n');
            }
        }

        return text.ToString().TrimEnd('\n');
    }

    private static void Append(StringBuilder text, string[] row, int[] widths)
    {
        for (var i = 0; i < row.Length; i++)
        {
            text.Append(i == row.Length - 1 ? row[i] : row[i].PadRight(widths[i]) + Gap);
        }

        while (text.Length > 0 && text[^1] == ' ')
        {
            text.Length--;
        }

        text.Append('\n');
    }
}
