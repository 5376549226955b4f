namespace Dkm.IntegrationTests.Hosting;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Crypto.V1;
using Dkm.Hosting;
using Grpc.Core;

/// <summary>The endpoint under the server in these tests: it does what the name of the ring says.</summary>
internal sealed class FakeCrypto : CryptoService.CryptoServiceBase
{
    private int calls;

    public int Calls => calls;

    public bool Cancelled { get; private set; }

    public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SemaphoreSlim Entered { get; } = new(0);

    public override async Task<EncryptResponse> Encrypt(EncryptRequest request, ServerCallContext context)
    {
        Interlocked.Increment(ref calls);
        Entered.Release();
        if (request.KeyRing != "unjudged")
        {
            context.GetCaller().Accept();
        }

        switch (request.KeyRing)
        {
            case "bug":
                throw new InvalidOperationException("the secret inside");
            case "until-cancelled":
                try
                {
                    await Task.Delay(Timeout.Infinite, context.CancellationToken);
                }
                finally
                {
                    Cancelled = context.CancellationToken.IsCancellationRequested;
                }

                break;
            case "until-released":
                await Release.Task;
                break;
            default:
                break;
        }

        return new EncryptResponse { KeyId = context.GetCaller().Id.ToString() };
    }
}
