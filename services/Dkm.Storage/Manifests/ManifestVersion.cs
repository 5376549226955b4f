namespace Dkm.Storage;

using System;
using System.Globalization;

/// <summary>How far a service's records have come: the epoch rises with a recovery, the number with every write.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Number">From 1; the record version of what that write wrote.</param>
public readonly record struct ManifestVersion(long Epoch, long Number) : IComparable<ManifestVersion>
{
    public static bool operator <(ManifestVersion left, ManifestVersion right) => left.CompareTo(right) < 0;

    public static bool operator >(ManifestVersion left, ManifestVersion right) => left.CompareTo(right) > 0;

    public static bool operator <=(ManifestVersion left, ManifestVersion right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ManifestVersion left, ManifestVersion right) => left.CompareTo(right) >= 0;

    /// <summary>Reads what <see cref="ToString"/> writes, such as <c>1.17</c>.</summary>
    public static bool TryParse(string text, out ManifestVersion version)
    {
        ArgumentNullException.ThrowIfNull(text);
        version = default;
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0
            || !long.TryParse(text.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
            || !long.TryParse(text.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || epoch < 1 || number < 1)
        {
            return false;
        }

        version = new ManifestVersion(epoch, number);
        return true;
    }

    public int CompareTo(ManifestVersion other) => Epoch != other.Epoch ? Epoch.CompareTo(other.Epoch) : Number.CompareTo(other.Number);

    public override string ToString() => $"{Epoch}.{Number}";
}
