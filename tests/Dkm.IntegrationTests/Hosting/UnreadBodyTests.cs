namespace Dkm.IntegrationTests.Hosting;

using System;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Crypto.V1;
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

        // gRPC's own line about what it could not parse.
        fixture.Service.ErrorsExpected = true;
        var bytes = Marshallers.Create<byte[]>(value => value, value => value);
        var encrypt = new Method<byte[], byte[]>(MethodType.Unary, CryptoService.Descriptor.FullName, "Encrypt", bytes, bytes);
        var channel = fixture.Channel(fixture.Pki.Issue(Worker));

        await RpcAssert.FailsAsync(
            StatusCode.InvalidArgument,
            Reasons.Malformed,
            channel.CreateCallInvoker().AsyncUnaryCall(encrypt, null, new CallOptions(cancellationToken: Token), [0x0a, 0xff, 0xff, 0xff]));

        Assert.Equal(TestPki.Id(Worker), (await new CryptoService.CryptoServiceClient(channel).EncryptAsync(new EncryptRequest(), cancellationToken: Token)).KeyId);
    }
}
