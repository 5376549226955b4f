namespace Dkm.UnitTests.Storage;

using System;
using System.IO;
using System.Net.Http;
using System.Net.Sockets;
using System.Security.Authentication;
using Dkm.Storage;
using Grpc.Core;
using Xunit;

public sealed class EtcdStatusTests
{
    public static TheoryData<string, Exception, bool> Ends => new()
    {
        { "alert in the handshake", Unreachable(new AuthenticationException("failed", new InvalidOperationException("alert"))), true },
        { "closed in the handshake", Unreachable(new IOException("unexpected EOF")), true },
        { "reset in the handshake", Unreachable(new IOException("read", new SocketException((int)SocketError.ConnectionReset))), true },
        { "alert after it", new HttpRequestException("sending", new IOException("decrypt", new InvalidOperationException("alert"))), true },
        { "closed after it", new HttpRequestException("sending", new HttpIOException(HttpRequestError.ResponseEnded)), true },
        { "nobody listens", Unreachable(new SocketException((int)SocketError.ConnectionRefused)), false },
        { "reset before TLS", Unreachable(new SocketException((int)SocketError.ConnectionReset)), false },
        { "no connection in time", Unreachable(new OperationCanceledException()), false },
        { "packets lost", new HttpRequestException("sending", new IOException("read", new SocketException((int)SocketError.TimedOut))), false },
        { "no answer to a ping", new HttpRequestException("sending", new HttpProtocolException(1, "ping", null)), false },
        { "its certificate is not good", Unreachable(new AuthenticationException("rejected")), false },
        { "given up", new TimeoutException(), false },
    };

    [Theory]
    [MemberData(nameof(Ends))]
    public void IsRefusalByTls_OnlyWhatTheOtherSideEnded(string how, Exception cause, bool expected) =>
        Assert.True(expected == EtcdStatus.IsRefusalByTls(new RpcException(new Status(StatusCode.Unavailable, "x", cause))), how);

    private static HttpRequestException Unreachable(Exception cause) => new("sending", new EtcdUnreachableException("no connection", cause));
}
