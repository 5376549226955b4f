namespace Dkm.Hosting;

using System;
using Microsoft.Extensions.Logging;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "Development=true: floors are lowered and development identities are accepted. Never run so where a secret matters.")]
    public static partial void Development(ILogger logger);

    [LoggerMessage(2, LogLevel.Information, "{Service} listens on {Address}")]
    public static partial void Listening(ILogger logger, string service, string address);

    [LoggerMessage(3, LogLevel.Error, "{Method} failed, trace {TraceId}")]
    public static partial void CallFailed(ILogger logger, string method, string traceId, Exception exception);

    [LoggerMessage(4, LogLevel.Information, "Closing a connection: {Reason}")]
    public static partial void ClosingConnection(ILogger logger, string reason);

    [LoggerMessage(5, LogLevel.Warning, "Only {Locked} of {Total} bytes that hold keys are locked in memory, the rest may be swapped to disk: {Why}")]
    public static partial void SecretsNotLocked(ILogger logger, long locked, long total, string? why);

    [LoggerMessage(10, LogLevel.Information, "Policy {Version} received with {Groups} groups")]
    public static partial void PolicySnapshot(ILogger logger, string version, int groups);

    [LoggerMessage(11, LogLevel.Warning, "The policy stream ended ({Why}); trying again in {Delay} ms")]
    public static partial void PolicyLost(ILogger logger, string why, long delay);

    [LoggerMessage(12, LogLevel.Error, "Access offers policy {Offered}, which is older than {Held}: refused, staying on what is held")]
    public static partial void PolicyRollback(ILogger logger, string offered, string held);

    [LoggerMessage(13, LogLevel.Error, "A listener failed on policy {Version}")]
    public static partial void PolicyListener(ILogger logger, string version, Exception exception);

    [LoggerMessage(14, LogLevel.Error, "The policy of Access holds a member that cannot be read in group {Group}: skipped")]
    public static partial void PolicyMember(ILogger logger, string group);
}
