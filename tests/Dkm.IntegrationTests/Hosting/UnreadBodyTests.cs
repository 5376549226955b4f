namespace Dkm.IntegrationTests.Hosting;

using System;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Access.V1;
using Dkm.Core;
using Dkm.Crypto.V1;
using Dkm.KeyRing.V1;
using Dkm.Testing.Certificates;
using Dkm.Testing.Services;
using Google.Protobuf;
using Grpc.Core;
using Xunit;

/// <summary>Who may not call at all is answered before her request is read; what cannot be parsed is her mistake.</summary>
public sealed class UnreadBodyTests
{
    private const string Worker = "/ns/mail/sa/worker";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/human/ada", 8, StatusCode.PermissionDenied, Reasons.HumansHoldNoKeys)]
    [InlineData(Worker, 0, StatusCode.ResourceExhausted, Reasons.TooManyCalls)]
    public async Task Call_NotAdmitted_AnsweredBeforeTheBody(string path, int calls, StatusCode status, string reason)
    {
        await using var fixture = await HostingFixture.StartAsync(HostingFixture.QuickLimits with { CallsPerIdentity = calls });
        using var http = new HttpClient(TestServers.Handler(fixture.Pki.Issue(path))) { BaseAddress = fixture.Service.Address };
        using var content = new EndlessContent();
        using var request = new HttpRequestMessage(HttpMethod.Post, HostileTests.Encrypt)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };

        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token).WaitAsync(TimeSpan.FromSeconds(20), Token);

        Assert.Equal(((int)status).ToString(System.Globalization.CultureInfo.InvariantCulture), answer.Headers.GetValues("grpc-status").Single());
        var details = Google.Rpc.Status.Parser.ParseFrom(Convert.FromBase64String(answer.Headers.GetValues("grpc-status-details-bin").Single()));
        Assert.Equal(reason, details.Details.Single().Unpack<Google.Rpc.ErrorInfo>().Reason);
        Assert.Equal(details.Message, Uri.UnescapeDataString(answer.Headers.GetValues("grpc-message").Single()));
    }

    [Fact]
    public async Task Call_LargeBodyNotAdmitted_IsTheDenialForAGrpcClient()
    {
        await using var fixture = await HostingFixture.StartAsync();
        var large = new EncryptRequest { Plaintext = ByteString.CopyFrom(new byte[4_000_000]) };
        var human = fixture.CryptoAs("/human/ada");

        for (var call = 0; call < 5; call++)
        {
            await RpcAssert.FailsAsync(StatusCode.PermissionDenied, Reasons.HumansHoldNoKeys, human.EncryptAsync(large, cancellationToken: Token));
        }
    }

    [Fact]
    public async Task Call_NotAMessage_InvalidArgumentMalformed()
    {
        await using var fixture = await HostingFixture.StartAsync(HostingFixture.QuickLimits with { CallsPerIdentity = 1 });
        var bytes = Marshallers.Create<byte[]>(value => value, value => value);
        var encrypt = new Method<byte[], byte[]>(MethodType.Unary, CryptoService.Descriptor.FullName, "Encrypt", bytes, bytes);
        var channel = fixture.Channel(fixture.Pki.Issue(Worker));

        await RpcAssert.FailsAsync(
            StatusCode.InvalidArgument,
            Reasons.Malformed,
            channel.CreateCallInvoker().AsyncUnaryCall(encrypt, null, new CallOptions(cancellationToken: Token), [0x0a, 0xff, 0xff, 0xff]));

        Assert.DoesNotContain(fixture.Service.Log.Lines, line => line.Contains("Grpc", StringComparison.Ordinal));
        Assert.Equal(TestPki.Id(Worker), (await new CryptoService.CryptoServiceClient(channel).EncryptAsync(new EncryptRequest(), cancellationToken: Token)).KeyId);
    }

    /// <summary>What is no message and what is no frame, on a stream of messages and as the one request of a stream of answers. Nothing is logged as an error.</summary>
    [Theory]
    [InlineData("0000000004" + "0affffff")]
    [InlineData("07")]
    [InlineData("0700000004" + "0affffff")]
    public async Task Stream_NotAMessage_InvalidArgumentMalformed(string frame)
    {
        await using var fixture = await HostingFixture.StartAsync();
        foreach (var (path, method) in new[]
        {
            (Worker, $"/{KeySetService.Descriptor.FullName}/Subscribe"),
            ("/dkm/keyring", $"/{PolicyService.Descriptor.FullName}/WatchPolicy"),
        })
        {
            using var http = new HttpClient(TestServers.Handler(fixture.Pki.Issue(path))) { BaseAddress = fixture.Service.Address };
            using var content = new ByteArrayContent(Convert.FromHexString(frame));
            content.Headers.ContentType = new("application/grpc");
            using var request = new HttpRequestMessage(HttpMethod.Post, method)
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Content = content,
            };
            using var answer = await http.SendAsync(request, Token);
            await answer.Content.ReadAsByteArrayAsync(Token);
            var headers = answer.Headers.Contains("grpc-status") ? answer.Headers : answer.TrailingHeaders;
            Assert.Equal("3", headers.GetValues("grpc-status").Single());
            var details = Google.Rpc.Status.Parser.ParseFrom(Convert.FromBase64String(Padded(headers.GetValues("grpc-status-details-bin").Single())));
            Assert.Equal(Reasons.Malformed, details.Details[0].Unpack<Google.Rpc.ErrorInfo>().Reason);
        }

        Assert.DoesNotContain(fixture.Service.Log.Lines, line => line.Contains("Grpc", StringComparison.Ordinal));
    }

    private static string Padded(string base64) => base64.PadRight((base64.Length + 3) / 4 * 4, '=');
}
