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
    public static DkmException? Find(RpcException exception)
    {
        var unreachable = false;
        for (var cause = exception.Status.DebugException; cause is not null; cause = cause.InnerException)
        {
            if (cause is DkmException known)
            {
                // One failed connection fails many calls: each gets an exception of its own.
                return new DkmException(known.Kind, known.Reason, known.Message, known.Field, exception);
            }

            unreachable |= cause is HttpRequestException or IOException or SocketException or TimeoutException;
        }

        return unreachable ? NotConnected(Innermost(exception.Status.DebugException!), exception) : null;
    }

    public static DkmException NotConnected(string message, Exception? cause = null) =>
        new(ErrorKind.Unavailable, Reasons.NotConnected, message, innerException: cause);

    private static string Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner)
        {
            exception = inner;
        }

        return $"the connection failed: {exception.Message}";
    }
}
