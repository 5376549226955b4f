namespace Dkm.Access.Approvals;

using System;
using Dkm.Records.V1;
using Dkm.Storage;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

/// <summary>The record of the highest time, both ways.</summary>
internal static class TimeRecords
{
    public const string Path = "time";

    /// <summary>Access's own number for what such a body is.</summary>
    public const int Type = 3;

    public static byte[] Write(DateTimeOffset highest, string operationId) =>
        new TimeRecord { HighestTime = Timestamp.FromDateTimeOffset(highest), OperationId = operationId }.ToByteArray();

    public static DateTimeOffset Read(Record record) =>
        TimeRecord.Parser.ParseFrom(record.Body.Span).HighestTime?.ToDateTimeOffset() ?? DateTimeOffset.MinValue;
}
