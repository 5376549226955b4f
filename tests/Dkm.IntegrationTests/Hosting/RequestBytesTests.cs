namespace Dkm.IntegrationTests.Hosting;

using System;
using System.Net;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Crypto.V1;
using Dkm.Hosting;
using Dkm.KeyRing.V1;
using Dkm.Testing;
using Dkm.Testing.Services;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

/// <summary>Large requests under way are bounded by their bytes, for one identity and for all.</summary>
public sealed class RequestBytesTests
{
    private const string Worker = "/ns/mail/sa/worker";
    private const string Other = "/ns/mail/sa/other";
    private const int Large = 80_000;

    private static readonly string Subscribe = $"/{KeySetService.Descriptor.FullName}/Subscribe";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Call_MoreBytesThanAnIdentityMayHaveUnderWay_ResourceExhaustedForItAlone()
    {
        await using var fixture = await HostingFixture.StartAsync(HostingFixture.QuickLimits with { RequestBytesPerIdentity = 100_000 });
        var worker = fixture.CryptoAs(Worker);
        var first = worker.EncryptAsync(Request("until-released", Large), cancellationToken: Token);
        await fixture.Crypto.Entered.WaitAsync(Token);

        await RpcAssert.FailsAsync(StatusCode.ResourceExhausted, Reasons.TooManyBytes, worker.EncryptAsync(Request("large", Large), cancellationToken: Token));
        await worker.EncryptAsync(Request("small", 1), cancellationToken: Token);
        await fixture.CryptoAs(Other).EncryptAsync(Request("large", Large), cancellationToken: Token);

        fixture.Crypto.Release.SetResult();
        await first;
        await Eventually.TrueAsync(() => PassesAsync(worker, Large), "the bytes are given back");
    }

    [Fact]
    public async Task Call_MoreBytesThanAllMayHaveUnderWay_ResourceExhausted()
    {
        await using var fixture = await HostingFixture.StartAsync(HostingFixture.QuickLimits with { RequestBytes = 100_000 });
        var first = fixture.CryptoAs(Worker).EncryptAsync(Request("until-released", Large), cancellationToken: Token);
        await fixture.Crypto.Entered.WaitAsync(Token);
        var other = fixture.CryptoAs(Other);

        // Refused without a trace: the second attempt is not refused for the first.
        await RpcAssert.FailsAsync(StatusCode.ResourceExhausted, Reasons.TooManyBytes, other.EncryptAsync(Request("large", Large), cancellationToken: Token));
        await RpcAssert.FailsAsync(StatusCode.ResourceExhausted, Reasons.TooManyBytes, other.EncryptAsync(Request("large", Large), cancellationToken: Token));
        fixture.Crypto.Release.SetResult();
        await first;
        await Eventually.TrueAsync(() => PassesAsync(other, Large), "the bytes are given back");
    }

    [Theory]
    [InlineData(HostileTests.Encrypt, false)]
    [InlineData(HostileTests.Encrypt, true)]
    [InlineData(null, false)]
    public async Task Message_AnnouncedAndNotSent_CountsByItsLengthUntilItsCallEnds(string? method, bool compressed)
    {
        await using var fixture = await HostingFixture.StartAsync(HostingFixture.QuickLimits with { RequestBytesPerIdentity = 100_000 });
        using var http = new HttpClient(TestServers.Handler(fixture.Pki.Issue(Worker))) { BaseAddress = fixture.Service.Address };
        using var content = new EndlessContent(Large, compressed);
        using var request = new HttpRequestMessage(HttpMethod.Post, method ?? Subscribe)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        using var hangUp = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var endless = http.SendAsync(request, hangUp.Token);
        var worker = fixture.CryptoAs(Worker);

        // Not by trying: a call that passes at that moment would have the endless one refused.
        await Eventually.TrueAsync(() => fixture.Service.App.Services.GetRequiredService<RequestBytes>().Used == Large, "what was announced is counted");
        Assert.False(await PassesAsync(worker, Large));
        await hangUp.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => endless);
        await Eventually.TrueAsync(() => PassesAsync(worker, Large), "the bytes are given back");
    }

    [Fact]
    public async Task Stream_CompressedMessage_RefusedAndCountsNothing()
    {
        await using var fixture = await HostingFixture.StartAsync();
        using var http = new HttpClient(TestServers.Handler(fixture.Pki.Issue(Worker))) { BaseAddress = fixture.Service.Address };
        using var content = new EndlessContent(Large, compressed: true);
        using var request = new HttpRequestMessage(HttpMethod.Post, Subscribe)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        request.Headers.Add("grpc-encoding", "gzip");

        using var answer = await http.SendAsync(request, Token).WaitAsync(TimeSpan.FromSeconds(20), Token);
        await answer.Content.ReadAsByteArrayAsync(Token);

        var status = answer.Headers.TryGetValues("grpc-status", out var header) ? header : answer.TrailingHeaders.GetValues("grpc-status");
        Assert.Equal(["8"], status);
        Assert.Equal(0, fixture.Service.App.Services.GetRequiredService<RequestBytes>().Used);
    }

    [Fact]
    public async Task Stream_OfManyLargeMessages_CountsTheOneThatIsUnderWay()
    {
        await using var fixture = await HostingFixture.StartAsync(HostingFixture.QuickLimits with { RequestBytesPerIdentity = 100_000 });
        using var stream = new KeySetService.KeySetServiceClient(fixture.Channel(fixture.Pki.Issue(Worker))).Subscribe(cancellationToken: Token);
        for (var message = 0; message < 5; message++)
        {
            await stream.RequestStream.WriteAsync(new SubscribeRequest { Want = new RingsWanted { KeyRings = { new string('x', Large) } } }, Token);
            Assert.True(await stream.ResponseStream.MoveNext(Token));
        }

        await Eventually.TrueAsync(() => PassesAsync(fixture.CryptoAs(Worker), Large), "the message that was dealt with does not count");

        // Refused by its first bytes: the end of it may find the stream closed.
        var large = stream.RequestStream.WriteAsync(new SubscribeRequest { Want = new RingsWanted { KeyRings = { new string('x', 2 * Large) } } }, Token);
        await RpcAssert.FailsAsync(StatusCode.ResourceExhausted, Reasons.TooManyBytes, () => stream.ResponseStream.MoveNext(Token));
        Assert.True(await Record.ExceptionAsync(() => large) is null or RpcException);
    }

    private static EncryptRequest Request(string what, int bytes) => new() { KeyRing = what, Plaintext = ByteString.CopyFrom(new byte[bytes]) };

    private static async Task<bool> PassesAsync(CryptoService.CryptoServiceClient client, int bytes)
    {
        try
        {
            await client.EncryptAsync(Request("large", bytes), cancellationToken: Token);
            return true;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.ResourceExhausted)
        {
            return false;
        }
    }
}
