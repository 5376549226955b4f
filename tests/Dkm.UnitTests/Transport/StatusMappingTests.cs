namespace Dkm.UnitTests.Transport;

using System;
using System.IO;
using System.Net.Http;
using System.Net.Sockets;
using Dkm.Core;
using Dkm.Transport;
using Grpc.Core;
using Xunit;

public sealed class StatusMappingTests
{
    public static TheoryData<ErrorKind> Kinds => [.. Enum.GetValues<ErrorKind>()];

    public static TheoryData<StatusCode> Codes => [.. Enum.GetValues<StatusCode>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void RoundTrip_EveryKind_KeepsKindAndReason(ErrorKind kind)
    {
        var error = new DkmException(kind, kind == ErrorKind.Internal ? Reasons.Internal : Reasons.LostRace, "what happened");

        var back = StatusMapping.FromRpc(StatusMapping.ToRpc(error, "4bf92f"));

        Assert.Equal(kind, back.Kind);
        Assert.Equal(error.Reason, back.Reason);
        Assert.Null(back.Field);
        if (kind != ErrorKind.Internal)
        {
            Assert.Equal("what happened", back.Message);
        }
    }

    [Fact]
    public void RoundTrip_Field_IsKept()
    {
        var back = StatusMapping.FromRpc(StatusMapping.ToRpc(DkmException.Invalid("context[2].key", Reasons.TooLong, "é too long"), null));

        Assert.Equal("context[2].key", back.Field);
        Assert.Equal(Reasons.TooLong, back.Reason);
        Assert.Equal("é too long", back.Message);
    }

    [Fact]
    public void ToRpc_Internal_TellsTheTraceIdAndNothingElse()
    {
        var error = new DkmException(ErrorKind.Internal, "SECRET_REASON", "the password is swordfish", "secret.field", new IOException("/etc/shadow"));

        var status = StatusMapping.ToRpc(error, "4bf92f");

        Assert.Equal("internal error, trace id 4bf92f", status.Status.Detail);
        var everything = status + string.Concat(System.Linq.Enumerable.Select(status.Trailers, entry => entry.IsBinary ? Convert.ToHexString(entry.ValueBytes) : entry.Value));
        Assert.DoesNotContain("swordfish", everything, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET_REASON", everything, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToHexString("SECRET_REASON"u8), everything, StringComparison.Ordinal);
        Assert.DoesNotContain("shadow", everything, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void FromRpc_StatusWithoutDetails_GetsAKindAndAReason(StatusCode code)
    {
        var error = StatusMapping.FromRpc(new RpcException(new Status(code, "plain")));

        Assert.True(Enum.IsDefined(error.Kind));
        Assert.NotEmpty(error.Reason);
        Assert.Equal("plain", error.Message);
    }

    [Fact]
    public void FromRpc_IllFormedDetails_CountAsNone()
    {
        var trailers = new Metadata { { "grpc-status-details-bin", [0xFF, 0xFF, 0xFF] } };

        var error = StatusMapping.FromRpc(new RpcException(new Status(StatusCode.NotFound, "gone"), trailers));

        Assert.Equal(ErrorKind.NotFound, error.Kind);
        Assert.Equal(Reasons.NotFound, error.Reason);
    }

    [Fact]
    public void FromRpc_ReasonOfAnotherDomain_IsNotTaken()
    {
        var status = new Google.Rpc.Status { Code = 14, Message = "busy" };
        status.Details.Add(Google.Protobuf.WellKnownTypes.Any.Pack(new Google.Rpc.ErrorInfo { Domain = "proxy.example", Reason = "OVERLOADED" }));

        Assert.Equal(Reasons.NotConnected, StatusMapping.FromRpc(status.ToRpcException()).Reason);
    }

    [Fact]
    public void FromRpc_FailureOfOurOwn_IsFoundInTheCause()
    {
        var own = new DkmException(ErrorKind.Unauthenticated, Reasons.ServerIdentity, "expected this, seen that");
        var wrapped = new RpcException(new Status(StatusCode.Internal, "Error starting gRPC call.", new HttpRequestException("x", new IOException("y", own))));

        var error = StatusMapping.FromRpc(wrapped);

        Assert.Equal(Reasons.ServerIdentity, error.Reason);
        Assert.Equal(own.Message, error.Message);
        Assert.NotSame(own, error);
    }

    [Fact]
    public void FromRpc_ConnectionLost_IsUnavailableWhateverGrpcCallsIt()
    {
        var wrapped = new RpcException(new Status(StatusCode.Internal, "?", new HttpRequestException("x", new SocketException((int)SocketError.ConnectionReset))));

        var error = StatusMapping.FromRpc(wrapped);

        Assert.Equal(ErrorKind.Unavailable, error.Kind);
        Assert.Equal(Reasons.NotConnected, error.Reason);
    }
}
