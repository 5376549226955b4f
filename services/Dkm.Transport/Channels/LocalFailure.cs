namespace Dkm.Transport;

using System;
using System.IO;
using System.Net.Http;
using System.Net.Sockets;
using Dkm.Core;
using Grpc.Core;

/// <summary>Failures that arose on our own side of the wire: gRPC wraps them in statuses of its own choosing, and their cause tells more.</summary>
internal static class LocalFailure
{
    /// <summary>Null if the status came from the other side.</summary>
    public static DkmException? Find(RpcException exception, Func<string, DkmException>? explainLoss = null)
    {
        var lost = false;
        for (var cause = exception.Status.DebugException; cause is not null; cause = cause.InnerException)
        {
            if (cause is DkmException known)
            {
                return Again(known, exception);
            }

            lost |= cause is HttpRequestException or IOException or SocketException or TimeoutException;
        }

        if (!lost)
        {
            return null;
        }

        var why = Innermost(exception.Status.DebugException!).Message;
        return explainLoss is null ? NotConnected($"the connection failed: {why}", exception) : Again(explainLoss(why), exception);
    }

    public static DkmException NotConnected(string message, Exception? cause = null) =>
        new(ErrorKind.Unavailable, Reasons.NotConnected, message, innerException: cause);

    /// <summary>One failed connection fails many calls: each gets an exception of its own.</summary>
    private static DkmException Again(DkmException known, Exception cause) => new(known.Kind, known.Reason, known.Message, known.Field, cause);

    private static Exception Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner)
        {
            exception = inner;
        }

        return exception;
    }
}
