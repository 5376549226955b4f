namespace Dkm.IntegrationTests.Transport;

using System;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Crypto.V1;
using Dkm.Testing.Certificates;
using Google.Protobuf;
using Xunit;

/// <summary>Deadlines, errors and repeating, through real TLS.</summary>
public sealed class ServiceChannelCallTests : IAsyncLifetime
{
    private readonly TestPki pki = new();
    private TransportServer server = null!;
    private EchoClient client = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        server = await TransportServer.StartAsync(pki, pki.IssueFiles("/dkm/keyring"));
        client = EchoClient.Worker(pki, server);
    }

    [Fact]
    public async Task Call_NoDeadline_GetsTheDefault() =>
        Assert.InRange(int.Parse((await client.EchoAsync()).KeyId.Split(' ')[1], CultureInfo.InvariantCulture), 5, 10);

    [Fact]
    public async Task Call_OwnDeadline_IsKept()
    {
        var response = await client.Once.EncryptAsync(new EncryptRequest(), deadline: DateTime.UtcNow.AddSeconds(60), cancellationToken: Token);

        Assert.InRange(int.Parse(response.KeyId.Split(' ')[1], CultureInfo.InvariantCulture), 50, 60);
    }

    [Fact]
    public async Task Call_DeadlinePassed_IsDeadlineExceeded()
    {
        var refusal = await Assert.ThrowsAsync<DkmException>(async () => await client.Once.EncryptAsync(
            new EncryptRequest { KeyRing = "slow" }, deadline: DateTime.UtcNow.AddMilliseconds(300), cancellationToken: Token));

        Assert.Equal(ErrorKind.DeadlineExceeded, refusal.Kind);
        Assert.Equal(Reasons.Deadline, refusal.Reason);
    }

    [Fact]
    public async Task Call_CancelledByItsCaller_IsACancellation()
    {
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Token);
        using var call = client.Once.EncryptAsync(new EncryptRequest { KeyRing = "slow" }, cancellationToken: cancellation.Token);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await call);
    }

    [Theory]
    [InlineData(ErrorKind.InvalidArgument)]
    [InlineData(ErrorKind.PermissionDenied)]
    [InlineData(ErrorKind.FailedPrecondition)]
    [InlineData(ErrorKind.Unavailable)]
    public async Task Call_Fails_KindReasonAndFieldArrive(ErrorKind kind)
    {
        server.Echo.FailureKind = kind;

        var refusal = await client.FailAsync("fail");

        Assert.Equal(kind, refusal.Kind);
        Assert.Equal(Reasons.KeyState, refusal.Reason);
        Assert.Equal("context[2].key", refusal.Field);
        Assert.Equal("as asked", refusal.Message);
    }

    [Fact]
    public void BlockingCall_Fails_IsMappedToo()
    {
        var refusal = Assert.Throws<DkmException>(() => client.Once.Encrypt(new EncryptRequest { KeyRing = "fail" }, cancellationToken: Token));

        Assert.Equal(Reasons.KeyState, refusal.Reason);
    }

    [Fact]
    public async Task Call_UnknownToTheServer_SaysSo()
    {
        var refusal = await Assert.ThrowsAsync<DkmException>(
            async () => await client.Once.DecryptAsync(new DecryptRequest(), cancellationToken: Token));

        Assert.Equal(ErrorKind.FailedPrecondition, refusal.Kind);
        Assert.Equal(Reasons.Unimplemented, refusal.Reason);
    }

    [Fact]
    public async Task Repeating_BusyAtFirst_Answers()
    {
        server.Echo.BusyCalls = 2;

        await client.Repeating.EncryptAsync(new EncryptRequest { KeyRing = "busy" }, cancellationToken: Token);

        Assert.Equal(3, server.Echo.Calls);
    }

    [Fact]
    public async Task Repeating_BusyForEver_EndsAfterTheLastAttempt()
    {
        server.Echo.BusyCalls = int.MaxValue;

        var refusal = await Assert.ThrowsAsync<DkmException>(
            async () => await client.Repeating.EncryptAsync(new EncryptRequest { KeyRing = "busy" }, cancellationToken: Token));

        Assert.Equal(Reasons.NotReady, refusal.Reason);
        Assert.Equal(4, server.Echo.Calls);
    }

    [Fact]
    public async Task Once_Busy_IsNotRepeated()
    {
        server.Echo.BusyCalls = int.MaxValue;

        await client.FailAsync("busy");

        Assert.Equal(1, server.Echo.Calls);
    }

    [Fact]
    public async Task Repeating_OtherFailure_IsNotRepeated()
    {
        await Assert.ThrowsAsync<DkmException>(
            async () => await client.Repeating.EncryptAsync(new EncryptRequest { KeyRing = "fail" }, cancellationToken: Token));

        Assert.Equal(1, server.Echo.Calls);
    }

    [Fact]
    public async Task Call_FourMebibytes_ComeBack()
    {
        var plaintext = ByteString.CopyFrom(new byte[4 * 1024 * 1024]);

        var response = await client.Once.EncryptAsync(new EncryptRequest { Plaintext = plaintext }, cancellationToken: Token);

        Assert.Equal(plaintext, response.Envelope);
    }

    [Fact]
    public async Task Call_AnswerBeyondTheLimit_IsRefused()
    {
        var plaintext = ByteString.CopyFrom(new byte[5 * 1024 * 1024]);

        var refusal = await Assert.ThrowsAsync<DkmException>(
            async () => await client.Once.EncryptAsync(new EncryptRequest { Plaintext = plaintext }, cancellationToken: Token));

        Assert.Equal(ErrorKind.ResourceExhausted, refusal.Kind);
    }

    [Fact]
    public async Task Call_ServerRestarted_ComesBack()
    {
        await client.EchoAsync();
        var port = server.Address.Port;
        await server.DisposeAsync();
        Assert.Equal(ErrorKind.Unavailable, (await client.FailAsync()).Kind);

        server = await TransportServer.StartAsync(pki, pki.IssueFiles("/dkm/keyring"), port);

        await client.Repeating.EncryptAsync(new EncryptRequest(), cancellationToken: Token);
    }

    [Fact]
    public async Task Call_ManyAtOnce_AllAnswer()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 300).Select(number => client.EchoAsync($"{number}")));

        Assert.Equal(Enumerable.Range(0, 300).Select(number => $"{number}"), answers.Select(answer => answer.Envelope.ToStringUtf8()));
    }

    [Fact]
    public async Task Call_AfterDispose_IsRefused()
    {
        client.Channel.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.EchoAsync());
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await server.DisposeAsync();
        pki.Dispose();
    }
}
