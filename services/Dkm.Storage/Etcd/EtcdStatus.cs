namespace Dkm.Storage;

using System;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Net.Sockets;
using System.Security.Authentication;
using Grpc.Core;

/// <summary>
/// Reads what a member's status says about a write. Only what etcd says before it proposes, or instead of applying, counts as "nothing was written"
/// (etcd, api/v3rpc/rpctypes/error.go); everything else, whatever its code, does not.
/// </summary>
internal static class EtcdStatus
{
    private static readonly string[] HereOnly =
    [
        "etcdserver: no leader",
        "etcdserver: not leader",
        "etcdserver: too many requests",
        "etcdserver: not capable",
        "etcdserver: rpc not supported for learner",
        "raft proposal dropped",
    ];

    // The auth store's revision races with changes of roles; the call comes too early or too late, and was not done.
    private static readonly string[] Refusals =
    [
        "etcdserver: mvcc: database space exceeded",
        "etcdserver: mvcc: required revision has been compacted",
        "etcdserver: mvcc: required revision is a future revision",
        "etcdserver: requested lease not found",
        "etcdserver: lease already exists",
        "etcdserver: too large lease TTL",
        "etcdserver: permission denied",
        "etcdserver: invalid auth token",
        "etcdserver: user name is empty",
        "etcdserver: user name not found",
        "etcdserver: authentication failed",
        "etcdserver: revision of auth store is old",
        "etcdserver: duplicate key given in txn request",
        "etcdserver: too many operations in txn request",
        "etcdserver: request is too large",
        "etcdserver: key is not provided",
        "etcdserver: corrupt cluster",
    ];

    public static EtcdCallException Explain(RpcException exception, Uri endpoint)
    {
        var text = exception.Status.Detail;
        var failure = WasNeverSent(exception) || (IsAnswer(exception) && StartsWithOne(HereOnly, text)) ? EtcdFailure.Elsewhere
            : IsAnswer(exception) && StartsWithOne(Refusals, text) ? EtcdFailure.Refused
            : EtcdFailure.Unclear;
        return new EtcdCallException(failure, $"{endpoint}: {Describe(exception)}", exception);
    }

    /// <summary>True if the status came over the wire and was not made up by our side of the connection.</summary>
    public static bool IsAnswer(RpcException exception) =>
        exception.Status.DebugException is null && exception.StatusCode is not (StatusCode.Cancelled or StatusCode.DeadlineExceeded);

    /// <summary>
    /// True if the other side ended TLS, by an alert or by closing during the handshake or after it. No connection, none in time, an answer that we gave up waiting for,
    /// and a certificate that we refused are no refusal of theirs.
    /// </summary>
    public static bool IsRefusalByTls(RpcException exception)
    {
        var ended = false;
        for (var cause = exception.Status.DebugException; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case OperationCanceledException or TimeoutException:
                    return false;
                case SocketException { SocketErrorCode: not (SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown) }:
                    return false;

                // A ping without an answer is one of these; HTTP/2 was spoken then.
                case HttpProtocolException:
                    return false;
                case EtcdUnreachableException:
                    break;

                // Without a cause it is our own verdict on the member's certificate.
                case AuthenticationException { InnerException: not null }:
                case IOException:
                    ended = true;
                    break;
            }
        }

        return ended;
    }

    private static bool StartsWithOne(string[] texts, string text) => texts.Any(known => text.StartsWith(known, StringComparison.Ordinal));

    private static bool WasNeverSent(RpcException exception)
    {
        for (var cause = exception.Status.DebugException; cause is not null; cause = cause.InnerException)
        {
            if (cause is EtcdUnreachableException)
            {
                return true;
            }
        }

        return false;
    }

    private static string Describe(RpcException exception)
    {
        var cause = exception.Status.DebugException;
        while (cause?.InnerException is not null && cause is not EtcdUnreachableException)
        {
            cause = cause.InnerException;
        }

        return cause?.Message ?? $"{exception.StatusCode} {exception.Status.Detail}";
    }
}
