namespace Dkm.IntegrationTests.Transport;

using System;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.KeyRing.V1;
using Dkm.Testing.Certificates;
using Grpc.Core;
using Xunit;

/// <summary>Streams live for days: what ends them, and what does not.</summary>
public sealed class ServiceChannelStreamTests : IAsyncLifetime
{
    private readonly TestPki pki = new();
    private X509Certificate2 certificate = null!;
    private TransportServer server = null!;
    private EchoClient client = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        certificate = pki.Issue("/dkm/keyring");
        server = await TransportServer.StartAsync(pki, pki.WriteIdentity(certificate));
        client = EchoClient.Worker(pki, server);
    }

    [Fact]
    public async Task Stream_NoDeadlineGiven_HasNone()
    {
        using var call = client.Streams.Subscribe(cancellationToken: Token);

        Assert.Equal("no", (await call.ResponseHeadersAsync).GetValue(SilentStreams.DeadlineHeader));
    }

    [Fact]
    public async Task Stream_ServerDenied_IsCutOff()
    {
        using var call = await OpenAsync();
        var next = call.ResponseStream.MoveNext(Token);

        pki.Deny(certificate);

        var refusal = await Assert.ThrowsAsync<DkmException>(() => next.WaitAsync(TimeSpan.FromSeconds(20), Token));
        Assert.Equal(ErrorKind.Unavailable, refusal.Kind);
    }

    [Fact]
    public async Task Stream_ServerStops_IsUnavailable()
    {
        using var call = await OpenAsync();
        var next = call.ResponseStream.MoveNext(Token);

        await server.AbortAsync();

        var refusal = await Assert.ThrowsAsync<DkmException>(() => next.WaitAsync(TimeSpan.FromSeconds(20), Token));
        Assert.Equal(ErrorKind.Unavailable, refusal.Kind);
    }

    [Fact]
    public async Task Stream_CancelledByItsCaller_IsACancellation()
    {
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Token);
        using var call = client.Streams.Subscribe(cancellationToken: cancellation.Token);
        await call.ResponseHeadersAsync;
        var next = call.ResponseStream.MoveNext(Token);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }

    [Fact]
    public async Task Stream_ChannelDisposed_Ends()
    {
        using var call = await OpenAsync();
        var next = call.ResponseStream.MoveNext(Token);

        client.Channel.Dispose();

        await Assert.ThrowsAsync<DkmException>(() => next.WaitAsync(TimeSpan.FromSeconds(20), Token));
    }

    [Fact]
    public async Task Stream_NobodyThere_HeadersThrowOurs()
    {
        await server.AbortAsync();
        using var call = client.Streams.Subscribe(cancellationToken: Token);

        var refusal = await Assert.ThrowsAsync<DkmException>(() => call.ResponseHeadersAsync);

        Assert.Equal(Reasons.NotConnected, refusal.Reason);
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await server.DisposeAsync();
        certificate.Dispose();
        pki.Dispose();
    }

    private async Task<AsyncDuplexStreamingCall<SubscribeRequest, SubscribeResponse>> OpenAsync()
    {
        var call = client.Streams.Subscribe(cancellationToken: Token);
        await call.ResponseHeadersAsync;
        return call;
    }
}
