namespace Dkm.IntegrationTests.Crypto;

using System;
using System.Linq;
using System.Net.Http;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Core.Envelopes;
using Dkm.Crypto.V1;
using Dkm.KeyRing.V1;
using Google.Protobuf;
using Grpc.Net.Client;
using Xunit;

/// <summary>What CryptoService does for callers that are bound to a ring.</summary>
public sealed class OperationTests(DkmFixture dkm) : IClassFixture<DkmFixture>
{
    private static readonly ContextEntry Address = Entry("address", "ann@example.com");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(256)]
    public async Task Decrypt_OfWhatWasEncrypted_IsTheSame(int length)
    {
        var crypto = dkm.CryptoAs(DkmFixture.Worker);
        var plaintext = Bytes(length);
        var made = await crypto.EncryptAsync(new EncryptRequest { KeyRing = DkmFixture.Mail, Plaintext = plaintext, Context = { Address } }, cancellationToken: Token);
        var opened = await crypto.DecryptAsync(new DecryptRequest { Envelope = made.Envelope, Context = { Address } }, cancellationToken: Token);

        Assert.Equal(plaintext, opened.Plaintext);
        Assert.Equal((DkmFixture.Mail, made.KeyId), (opened.KeyRing, opened.KeyId));
        Assert.Equal(Envelope.ReadHeader(made.Envelope.Span).KeyId.ToString(), made.KeyId);
    }

    [Fact]
    public async Task LargestPlaintextWithLargestContext_ThroughAClientWithDefaults_RoundTrips()
    {
        var crypto = DefaultClient();
        var plaintext = Bytes(Envelope.MaximumPlaintext);

        // The canonical form has 8 bytes of lengths a pair; many short pairs are the longest message for their canonical length.
        var context = Enumerable.Range(0, 681).Select(i => Entry($"{i:000}", "v")).Append(Entry("rest", "vvvvvvvv")).ToArray();
        Assert.Equal(DkmContext.MaximumCanonicalLength, context.Sum(entry => 8 + entry.Key.Length + entry.Value.Length));
        var made = await crypto.EncryptAsync(new EncryptRequest { KeyRing = DkmFixture.Mail, Plaintext = plaintext, Context = { context } }, cancellationToken: Token);
        var opened = await crypto.DecryptAsync(new DecryptRequest { Envelope = made.Envelope, Context = { context } }, cancellationToken: Token);
        Assert.True(plaintext.Span.SequenceEqual(opened.Plaintext.Span));

        var renewed = await crypto.ReEncryptAsync(new ReEncryptRequest { Envelope = made.Envelope, Context = { context } }, cancellationToken: Token);
        var batch = await crypto.BatchDecryptAsync(
            new BatchDecryptRequest { Items = { new BatchDecryptItem { Envelope = renewed.Envelope, Context = { context } } } }, cancellationToken: Token);
        Assert.True(plaintext.Span.SequenceEqual(batch.Results.Single().Plaintext.Span));
        var batchMade = await crypto.BatchEncryptAsync(
            new BatchEncryptRequest { KeyRing = DkmFixture.Mail, Items = { new BatchEncryptItem { Plaintext = plaintext, Context = { context } } } }, cancellationToken: Token);
        Assert.Equal(made.Envelope.Length, batchMade.Results.Single().Envelope.Length);
    }

    [Fact]
    public async Task Decrypt_WithTheContextInAnotherOrder_Opens()
    {
        var crypto = dkm.CryptoAs(DkmFixture.Worker);
        var made = await crypto.EncryptAsync(
            new EncryptRequest { KeyRing = DkmFixture.Mail, Plaintext = Bytes(3), Context = { Address, Entry("a", "b") } }, cancellationToken: Token);
        var opened = await crypto.DecryptAsync(
            new DecryptRequest { Envelope = made.Envelope, KeyRing = DkmFixture.Mail, Context = { Entry("a", "b"), Address } }, cancellationToken: Token);
        Assert.Equal(Bytes(3), opened.Plaintext);
    }

    [Fact]
    public async Task BatchEncryptAndDecrypt_WithBadItemsAmongGood_AnswerInOrder()
    {
        var crypto = dkm.CryptoAs(DkmFixture.Worker);
        var request = new BatchEncryptRequest { KeyRing = DkmFixture.Mail };
        for (var i = 0; i < 100; i++)
        {
            request.Items.Add(new BatchEncryptItem { Plaintext = Bytes(i), Context = { Address } });
        }

        request.Items[7].Context.Add(Address);
        var made = await crypto.BatchEncryptAsync(request, cancellationToken: Token);
        Assert.Equal(100, made.Results.Count);
        AssertError(made.Results[7].Error, ErrorKind.InvalidArgument, Reasons.InvalidField, "items[7].context[1].key");

        var opening = new BatchDecryptRequest();
        opening.Items.AddRange(made.Results.Select(result => new BatchDecryptItem { Envelope = result.Envelope, Context = { Address } }));
        opening.Items[50].Context.Clear();
        var opened = await crypto.BatchDecryptAsync(opening, cancellationToken: Token);
        for (var i = 0; i < 100; i++)
        {
            switch (i)
            {
                case 7:
                    AssertError(opened.Results[i].Error, ErrorKind.InvalidArgument, Reasons.Malformed, "items[7].envelope");
                    break;
                case 50:
                    AssertError(opened.Results[i].Error, ErrorKind.InvalidArgument, Reasons.CannotOpen, "items[50].envelope");
                    break;
                default:
                    Assert.Equal(Bytes(i), opened.Results[i].Plaintext);
                    break;
            }
        }
    }

    [Fact]
    public async Task BatchDecrypt_OfMoreKeysThanItMayFetch_RefusesTheRestOneByOne()
    {
        const int TooMany = 6;
        var crypto = dkm.CryptoAs(DkmFixture.Worker);
        var known = (await crypto.EncryptAsync(new() { KeyRing = DkmFixture.Mail }, cancellationToken: Token)).Envelope;
        var request = new BatchDecryptRequest();
        for (var i = 0; i < 64 + TooMany; i++)
        {
            var envelope = known.ToByteArray();
            KernelRandom.Fill(envelope.AsSpan(14, 8));
            request.Items.Add(new BatchDecryptItem { Envelope = ByteString.CopyFrom(envelope) });
        }

        request.Items.Add(new BatchDecryptItem { Envelope = known });
        var answer = await crypto.BatchDecryptAsync(request, cancellationToken: Token);
        Assert.All(answer.Results.Take(64), result => Assert.Equal(Reasons.KeyUnknownOrNotYours, result.Error.Reason));
        Assert.All(answer.Results.Skip(64).Take(TooMany), result => Assert.Equal((int)ErrorKind.ResourceExhausted, result.Error.Code));
        Assert.Null(answer.Results[^1].Error);
    }

    [Fact]
    public async Task Batch_OfNothingOrTooMuch_IsRefusedAsAWhole()
    {
        var crypto = dkm.CryptoAs(DkmFixture.Worker);
        var request = new BatchEncryptRequest { KeyRing = DkmFixture.Mail };
        await Refused.Async(crypto.BatchEncryptAsync(request, cancellationToken: Token), ErrorKind.InvalidArgument, Reasons.Required, "items");
        request.Items.AddRange(Enumerable.Range(0, 1001).Select(_ => new BatchEncryptItem()));
        await Refused.Async(crypto.BatchEncryptAsync(request, cancellationToken: Token), ErrorKind.InvalidArgument, Reasons.TooMany, "items");
        request.Items.RemoveAt(1000);
        Assert.Equal(1000, (await crypto.BatchEncryptAsync(request, cancellationToken: Token)).Results.Count);

        // The request fits, its answer would not.
        foreach (var item in request.Items)
        {
            item.Plaintext = Bytes(4150);
        }

        await Refused.Async(crypto.BatchEncryptAsync(request, cancellationToken: Token), ErrorKind.InvalidArgument, Reasons.TooLong, "items");
        await Refused.Async(crypto.BatchDecryptAsync(new BatchDecryptRequest(), cancellationToken: Token), ErrorKind.InvalidArgument, Reasons.Required, "items");
    }

    [Fact]
    public async Task GenerateDataKey_OpenedAgain_IsTheSameKey()
    {
        var crypto = dkm.CryptoAs(DkmFixture.Worker);
        var made = await crypto.GenerateDataKeyAsync(new GenerateDataKeyRequest { KeyRing = DkmFixture.Mail, Context = { Address } }, cancellationToken: Token);
        var opened = await crypto.DecryptAsync(new DecryptRequest { Envelope = made.Envelope, Context = { Address } }, cancellationToken: Token);
        Assert.Equal(32, made.Plaintext.Length);
        Assert.Equal(made.Plaintext, opened.Plaintext);
        Assert.NotEqual(made.Plaintext, ByteString.CopyFrom(new byte[32]));

        var blind = await crypto.GenerateDataKeyAsync(
            new GenerateDataKeyRequest { KeyRing = DkmFixture.Mail, Length = 1024, WithoutPlaintext = true }, cancellationToken: Token);
        Assert.True(blind.Plaintext.IsEmpty);
        Assert.Equal(1024, (await crypto.DecryptAsync(new DecryptRequest { Envelope = blind.Envelope }, cancellationToken: Token)).Plaintext.Span.Length);
        foreach (var length in new[] { 15, 1025, -1 })
        {
            await Refused.Async(
                crypto.GenerateDataKeyAsync(new GenerateDataKeyRequest { KeyRing = DkmFixture.Mail, Length = length }, cancellationToken: Token),
                ErrorKind.InvalidArgument,
                Reasons.InvalidField,
                "length");
        }
    }

    [Fact]
    public async Task ReEncrypt_AfterARollover_MovesToTheNewKey()
    {
        await dkm.MakeRingAsync("mail/rolled", null, ("workers", [Permission.Encrypt, Permission.Decrypt]));
        var crypto = dkm.CryptoAs(DkmFixture.Worker);
        var made = await crypto.EncryptAsync(new EncryptRequest { KeyRing = "mail/rolled", Plaintext = Bytes(9), Context = { Address } }, cancellationToken: Token);
        var rolled = await dkm.Rings().RolloverKeyRingAsync(new RolloverKeyRingRequest { Name = "mail/rolled", Immediate = true }, cancellationToken: Token);

        ReEncryptResponse renewed;
        do
        {
            renewed = await crypto.ReEncryptAsync(new ReEncryptRequest { Envelope = made.Envelope, Context = { Address } }, cancellationToken: Token);
        }
        while (renewed.KeyId == made.KeyId && !Token.IsCancellationRequested);

        Assert.Equal((rolled.Id, made.KeyId), (renewed.KeyId, renewed.SourceKeyId));
        Assert.Equal(Bytes(9), (await crypto.DecryptAsync(new DecryptRequest { Envelope = renewed.Envelope, Context = { Address } }, cancellationToken: Token)).Plaintext);

        var moved = await crypto.ReEncryptAsync(
            new ReEncryptRequest { Envelope = made.Envelope, Context = { Address }, TargetKeyRing = DkmFixture.Other }, cancellationToken: Token);
        var opened = await crypto.DecryptAsync(new DecryptRequest { Envelope = moved.Envelope, Context = { Address } }, cancellationToken: Token);
        Assert.Equal((DkmFixture.Other, Bytes(9)), (opened.KeyRing, opened.Plaintext));
    }

    [Fact]
    public async Task DescribeEnvelope_ToTheBoundAndToOthers_NamesTheRingToTheBoundAlone()
    {
        var made = await dkm.CryptoAs(DkmFixture.Worker)
            .EncryptAsync(new EncryptRequest { KeyRing = DkmFixture.Mail, Plaintext = Bytes(9) }, cancellationToken: Token);
        var request = new DescribeEnvelopeRequest { Envelope = made.Envelope };
        var bound = await dkm.CryptoAs(DkmFixture.Writer).DescribeEnvelopeAsync(request, cancellationToken: Token);
        Assert.Equal((1, made.KeyId, 9L, DkmFixture.Mail, Key.Types.State.Active), (bound.Suite, bound.KeyId, bound.PlaintextLength, bound.KeyRing, bound.KeyState));

        foreach (var path in new[] { DkmFixture.Stranger, DkmFixture.Admin })
        {
            var other = await dkm.CryptoAs(path).DescribeEnvelopeAsync(request, cancellationToken: Token);
            Assert.Equal((1, made.KeyId, 9L, string.Empty), (other.Suite, other.KeyId, other.PlaintextLength, other.KeyRing));
            Assert.Equal((Key.Types.State.Unspecified, null), (other.KeyState, other.KeyActivateTime));
        }

        var unknown = made.Envelope.ToByteArray();
        unknown[4] = 9;
        request.Envelope = ByteString.CopyFrom(unknown);
        Assert.Equal((9, made.KeyId), await DescribeAsync());

        async Task<(int, string)> DescribeAsync()
        {
            var answer = await dkm.CryptoAs(DkmFixture.Worker).DescribeEnvelopeAsync(request, cancellationToken: Token);
            return (answer.Suite, answer.KeyId);
        }
    }

    [Fact]
    public async Task Encrypt_CancelledByTheCaller_HarmsNobody()
    {
        var crypto = dkm.CryptoAs(DkmFixture.Worker);
        using var cancel = new CancellationTokenSource();
        var request = new EncryptRequest { KeyRing = DkmFixture.Mail, Plaintext = Bytes(1_000_000) };
        var calls = Enumerable.Range(0, 20).Select(_ => crypto.EncryptAsync(request, cancellationToken: cancel.Token).ResponseAsync).ToArray();
        await cancel.CancelAsync();
        foreach (var call in calls)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        }

        Assert.Equal(Bytes(3), await RoundTripAsync(crypto));
    }

    private static async Task<ByteString> RoundTripAsync(CryptoService.CryptoServiceClient crypto)
    {
        var made = await crypto.EncryptAsync(new EncryptRequest { KeyRing = DkmFixture.Mail, Plaintext = Bytes(3) }, cancellationToken: Token);
        return (await crypto.DecryptAsync(new DecryptRequest { Envelope = made.Envelope }, cancellationToken: Token)).Plaintext;
    }

    private static void AssertError(ItemError error, ErrorKind kind, string reason, string field) =>
        Assert.Equal(((int)kind, reason, field), (error.Code, error.Reason, error.Field));

    private static ContextEntry Entry(string key, string value) => new() { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFromUtf8(value) };

    private static ByteString Bytes(int length) => ByteString.CopyFrom([.. Enumerable.Range(0, length).Select(i => (byte)i)]);

    /// <summary>As a stranger would make one: no setting but the certificates.</summary>
    private CryptoService.CryptoServiceClient DefaultClient()
    {
        var files = dkm.Identity(DkmFixture.Worker);
        var certificate = X509Certificate2.CreateFromPemFile(files.CertificateFile, files.KeyFile);
        var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificates = [certificate],
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    RevocationMode = X509RevocationMode.NoCheck,
                    CustomTrustStore = { X509CertificateLoader.LoadCertificateFromFile(files.CaFile) },
                },
            },
        };
        return new CryptoService.CryptoServiceClient(GrpcChannel.ForAddress(DkmFixture.AddressOf(dkm.Crypto), new GrpcChannelOptions { HttpHandler = handler }));
    }
}
