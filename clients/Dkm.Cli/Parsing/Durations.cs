namespace Dkm.Cli.Parsing;

using System;
using System.Globalization;
using System.Text;

/// <summary>Durations as people type them: whole numbers with a unit of <c>s m h d</c>, such as <c>90d</c> or <c>1h30m</c>.</summary>
internal static class Durations
{
    public const string Grammar = "a number with s, m, h or d, such as 90s, 15m, 24h, 90d or 1h30m";

    /// <summary>What <c>google.protobuf.Duration</c> can carry is more; no policy needs more than a hundred years.</summary>
    private const long MaximumSeconds = 36_525L * 86_400;

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        long total = 0;
        var lastUnit = long.MaxValue;
        var position = 0;
        while (position < text.Length)
        {
            var digits = position;
            while (position < text.Length && char.IsAsciiDigit(text[position]))
            {
                position++;
            }

            if (position == text.Length
                || !long.TryParse(text.AsSpan(digits, position - digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                || Unit(text[position]) is not { } unit
                || unit >= lastUnit
                || number > MaximumSeconds / unit)
            {
                return false;
            }

            total += number * unit;
            lastUnit = unit;
            position++;
        }

        duration = TimeSpan.FromSeconds(Math.Min(total, MaximumSeconds));
        return text.Length > 0 && total <= MaximumSeconds;
    }

    public static string Format(TimeSpan duration)
    {
        if (duration < TimeSpan.FromSeconds(1))
        {
            return string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.###}s");
        }

        var text = new StringBuilder();
        Append(text, (long)duration.TotalDays, 'd');
        Append(text, duration.Hours, 'h');
        Append(text, duration.Minutes, 'm');
        var rest = (duration.Ticks % TimeSpan.TicksPerMinute) / (double)TimeSpan.TicksPerSecond;
        if (rest > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{rest:0.###}s");
        }

        return text.ToString();
    }

    /// <summary>For people who wait: the two largest units, rounded up to a second.</summary>
    public static string FormatRough(TimeSpan duration)
    {
        var seconds = (long)Math.Ceiling(Math.Max(0, duration.TotalSeconds));
        return seconds switch
        {
            0 => "0s",
            < 3600 => Format(TimeSpan.FromSeconds(seconds)),
            < 86_400 => Format(TimeSpan.FromSeconds(seconds / 60 * 60)),
            _ => Format(TimeSpan.FromSeconds(seconds / 3600 * 3600)),
        };
    }

    private static long? Unit(char letter) => letter switch
    {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        _ => null,
    };

    private static void Append(StringBuilder text, long number, char unit)
    {
        if (number > 0)
        {
            text.Append(number).Append(unit);
        }
    }
}
