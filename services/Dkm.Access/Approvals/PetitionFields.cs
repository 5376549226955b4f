namespace Dkm.Access.Approvals;

using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Dkm.Core;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

/// <summary>The rules of each field of a petition. Every mistake names its field as the request has it.</summary>
internal static class PetitionFields
{
    public const int MaximumKeyRings = 100;
    private const int MaximumReason = 256;
    private const int MaximumTicket = 64;

    public static string Reason(string reason, string field) => reason.Length == 0
        ? throw DkmException.Invalid(field, Reasons.Required, "a reason is required: whoever decides, and whoever reads the audit, has to know why")
        : OptionalReason(reason, field);

    public static string OptionalReason(string reason, string field) => reason.EnumerateRunes().Count() > MaximumReason
        ? throw DkmException.Invalid(field, Reasons.TooLong, "a reason is at most 256 characters")
        : OneLine.Demand(reason, field, "a reason");

    public static string Ticket(string ticket, string field) => ticket.EnumerateRunes().Count() > MaximumTicket
        ? throw DkmException.Invalid(field, Reasons.TooLong, "a ticket is at most 64 characters")
        : OneLine.Demand(ticket, field, "a ticket");

    public static string Id(string id, string field) => KeyId.TryParse(id, out _)
        ? id
        : throw DkmException.Invalid(
            field, id.Length == 0 ? Reasons.Required : Reasons.InvalidField, "the id of a petition is a UUID in lower case, such as 019ab0c1-9e3f-7c3a-8f3e-2b1d4c5e6f70");

    public static ReadOnlyMemory<byte> Digest(ByteString digest, string field) => digest.Length == 0
        ? throw DkmException.Invalid(field, Reasons.Required, "the digest of what was read is required")
        : digest.Memory;

    /// <summary>Null if it is not set. In whole milliseconds.</summary>
    public static TimeSpan? Duration(Duration? duration, TimeSpan shortest, TimeSpan longest, string field)
    {
        if (duration is null or { Seconds: 0, Nanos: 0 })
        {
            return null;
        }

        // Before it becomes a TimeSpan: the message has room for more than one holds.
        if (duration.Seconds < 0 || duration.Nanos < 0 || duration.Nanos > 999_999_999 || duration.Seconds > (long)longest.TotalSeconds)
        {
            throw OutOfRange(duration.Seconds > (long)longest.TotalSeconds ? Reasons.DurationOverCap : Reasons.InvalidField);
        }

        var value = TimeSpan.FromMilliseconds((duration.Seconds * 1000) + (duration.Nanos / 1_000_000));
        return value > longest ? throw OutOfRange(Reasons.DurationOverCap) : value < shortest ? throw OutOfRange(Reasons.BelowFloor) : value;

        DkmException OutOfRange(string reason) => DkmException.Invalid(field, reason, $"it is from {Words(shortest)} to {Words(longest)}");
    }

    /// <summary>Each once, in one order.</summary>
    public static IReadOnlyList<string> KeyRings(IReadOnlyList<string> names, string field)
    {
        if (names.Count > MaximumKeyRings)
        {
            throw DkmException.Invalid(field, Reasons.TooMany, "an elevation names at most 100 rings; none stands for all of the group's");
        }

        for (var i = 0; i < names.Count; i++)
        {
            RingName.Check(names[i], string.Create(CultureInfo.InvariantCulture, $"{field}[{i}]"));
        }

        return [.. names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    public static long MaximumOperations(long value, string field) =>
        value >= 0 ? value : throw DkmException.Invalid(field, Reasons.InvalidField, "a number of operations, or 0 for any number");

    public static string Words(TimeSpan value) => value switch
    {
        _ when value.TotalDays >= 1 && value.Ticks % TimeSpan.TicksPerDay == 0 => string.Create(CultureInfo.InvariantCulture, $"{value.TotalDays:0}d"),
        _ when value.TotalHours >= 1 && value.Ticks % TimeSpan.TicksPerHour == 0 => string.Create(CultureInfo.InvariantCulture, $"{value.TotalHours:0}h"),
        _ when value.TotalMinutes >= 1 && value.Ticks % TimeSpan.TicksPerMinute == 0 => string.Create(CultureInfo.InvariantCulture, $"{value.TotalMinutes:0}m"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value.TotalSeconds:0.###}s"),
    };
}
