namespace Dkm.IntegrationTests.Transport;

using System;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Crypto.V1;
using Dkm.Transport;
using Grpc.Core;

/// <summary>Answers as the ring's name asks: <c>echo</c>, <c>slow</c>, <c>fail</c>, <c>busy</c>.</summary>
internal sealed class EchoService : CryptoService.CryptoServiceBase
{
    private int calls;

    /// <summary>How many calls <c>busy</c> refuses before it answers.</summary>
    public int BusyCalls { get; set; }

    public ErrorKind FailureKind { get; set; } = ErrorKind.FailedPrecondition;

    public int Calls => Volatile.Read(ref calls);

    /// <summary>Answers with the plaintext as envelope, and with the caller's certificate, the deadline and the connection as key id.</summary>
    public override async Task<EncryptResponse> Encrypt(EncryptRequest request, ServerCallContext context)
    {
        var call = Interlocked.Increment(ref calls);
        switch (request.KeyRing)
        {
            case "slow":
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
                break;
            case "fail":
                throw StatusMapping.ToRpc(new DkmException(FailureKind, Reasons.KeyState, "as asked", "context[2].key"), "trace");
            case "busy" when call <= BusyCalls:
                throw StatusMapping.ToRpc(new DkmException(ErrorKind.Unavailable, Reasons.NotReady, "not yet"), "trace");
            default:
                break;
        }

        var certificate = await context.GetHttpContext().Connection.GetClientCertificateAsync();
        var seconds = context.Deadline == DateTime.MaxValue ? "none" : (context.Deadline - DateTime.UtcNow).TotalSeconds.ToString("F0", CultureInfo.InvariantCulture);
        var connection = context.GetHttpContext().Connection.Id;
        return new EncryptResponse { Envelope = request.Plaintext, KeyId = $"{certificate?.Thumbprint} {seconds} {connection}" };
    }
}
