namespace Dkm.Audit;

using System;
using Microsoft.Extensions.Logging;

/// <summary>Every line that Audit logs.</summary>
internal static partial class Log
{
    [LoggerMessage(400, LogLevel.Critical, "the audit log in {Directory} cannot be written; whatever needs a record is refused until the process starts anew")]
    internal static partial void Broken(ILogger logger, Exception exception, string directory);

    [LoggerMessage(401, LogLevel.Warning, "the audit log in {Directory} had {Bytes} bytes of a write that a crash interrupted behind record {Size}, for which nobody was answered; they were cut off")]
    internal static partial void Mended(ILogger logger, string directory, long bytes, long size);

    [LoggerMessage(402, LogLevel.Warning, "no last checkpoint of the audit log in {Directory} could be kept")]
    internal static partial void CheckpointFailed(ILogger logger, Exception exception, string directory);

    [LoggerMessage(403, LogLevel.Warning, "the volume of the audit log in {Directory} is at level {Level}: {Free} MiB of {Total} MiB are free")]
    internal static partial void DiskFilling(ILogger logger, string directory, DiskLevel level, long free, long total);

    [LoggerMessage(404, LogLevel.Warning, "how full the volume of the audit log in {Directory} is cannot be told")]
    internal static partial void DiskUnknown(ILogger logger, Exception exception, string directory);

    [LoggerMessage(405, LogLevel.Warning, "the audit segment of record {First} could not be shipped; it stays and is tried again")]
    internal static partial void NotShipped(ILogger logger, Exception exception, long first);

    [LoggerMessage(406, LogLevel.Warning, "what became of the change that audit record {Index} announces cannot be told yet")]
    internal static partial void IntentUnresolved(ILogger logger, Exception exception, long index);

    [LoggerMessage(407, LogLevel.Warning, "that a change was refused could not be recorded; its intent stays open until the next start")]
    internal static partial void OutcomeNotKept(ILogger logger, Exception exception);
}
