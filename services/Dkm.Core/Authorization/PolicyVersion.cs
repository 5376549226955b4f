namespace Dkm.Core.Authorization;

using System;
using System.Globalization;

/// <summary>A place in Access's one sequence of writes. Higher epoch first, then higher number; it never goes down.</summary>
/// <param name="Epoch">Raised when an older store was restored on purpose.</param>
/// <param name="Number">Raised by every write.</param>
public readonly record struct PolicyVersion(long Epoch, long Number) : IComparable<PolicyVersion>
{
    public static bool operator <(PolicyVersion left, PolicyVersion right) => left.CompareTo(right) < 0;

    public static bool operator >(PolicyVersion left, PolicyVersion right) => left.CompareTo(right) > 0;

    public static bool operator <=(PolicyVersion left, PolicyVersion right) => left.CompareTo(right) <= 0;

    public static bool operator >=(PolicyVersion left, PolicyVersion right) => left.CompareTo(right) >= 0;

    public int CompareTo(PolicyVersion other) =>
        Epoch != other.Epoch ? Epoch.CompareTo(other.Epoch) : Number.CompareTo(other.Number);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Epoch}.{Number}");
}
