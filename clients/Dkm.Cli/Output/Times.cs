namespace Dkm.Cli.Output;

using System;
using System.Globalization;
using Google.Protobuf.WellKnownTypes;

/// <summary>Times in UTC, RFC 3339, to the millisecond: activation times of development rings are that close.</summary>
internal static class Times
{
    private static readonly DateTimeOffset Unset = DateTimeOffset.UnixEpoch;

    public static string? Of(Timestamp? time) => time is null || time.ToDateTimeOffset() == Unset ? null : Of(time.ToDateTimeOffset());

    public static string Of(DateTimeOffset time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
