namespace Dkm.Client;

using System;
using Dkm.Client.KeySets;
using Dkm.Core;
using Microsoft.Extensions.Logging;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Debug, "Ring {Ring}: revision {Revision} with {Keys} keys applied")]
    public static partial void KeySetApplied(ILogger log, string ring, long revision, int keys);

    [LoggerMessage(2, LogLevel.Warning, "Ring {Ring}: revision {Revision} refused: {Outcome}; what was held before stays in use until its lease ends")]
    public static partial void KeySetRefused(ILogger log, string ring, long revision, ApplyOutcome outcome);

    [LoggerMessage(3, LogLevel.Warning, "Ring {Ring} denied: {Reason}; revoked: {Revoked}")]
    public static partial void RingDenied(ILogger log, string ring, string reason, bool revoked);

    [LoggerMessage(4, LogLevel.Information, "The stream to KeyRing ended ({Kind}, {Reason}): {Message}; it is opened again")]
    public static partial void StreamEnded(ILogger log, ErrorKind kind, string reason, string message);

    [LoggerMessage(5, LogLevel.Error, "The stream to KeyRing broke")]
    public static partial void StreamBroke(ILogger log, Exception exception);
}
