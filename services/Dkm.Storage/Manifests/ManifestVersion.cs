namespace Dkm.Storage;

using System;

/// <summary>How far a service's records have come: the epoch rises with a recovery, the number with every write.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Number">From 1; the record version of what that write wrote.</param>
public readonly record struct ManifestVersion(long Epoch, long Number) : IComparable<ManifestVersion>
{
    public static bool operator <(ManifestVersion left, ManifestVersion right) => left.CompareTo(right) < 0;

    public static bool operator >(ManifestVersion left, ManifestVersion right) => left.CompareTo(right) > 0;

    public static bool operator <=(ManifestVersion left, ManifestVersion right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ManifestVersion left, ManifestVersion right) => left.CompareTo(right) >= 0;

    public int CompareTo(ManifestVersion other) => Epoch != other.Epoch ? Epoch.CompareTo(other.Epoch) : Number.CompareTo(other.Number);

    public override string ToString() => $"{Epoch}.{Number}";
}
