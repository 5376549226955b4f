namespace Dkm.UnitTests.Client;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using Dkm.Client;
using Dkm.Core;
using Dkm.Core.Envelopes;
using Dkm.Core.Secrets;
using Dkm.Crypto.V1;
using Google.Protobuf;
using Grpc.Core;
using Xunit;

/// <summary>Copies of plaintexts in messages are ours, and gone when the call is over, whatever came of it.</summary>
public sealed class RemoteRingTests
{
    private static readonly byte[] Secret = Encoding.ASCII.GetBytes("a secret of some length");
    private readonly FakeCrypto crypto = new();

    private RemoteRing Ring => new(crypto, "mail/a");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Protect_CallIsOver_CopyIsZeroed(bool fails)
    {
        crypto.Fails = fails;

        Assert.Equal(fails, Record.Exception(() => Ring.Protect(Secret, DkmContext.Empty)) is not null);
        Assert.Equal(fails, Record.Exception(() => Ring.TryProtect(Secret, DkmContext.Empty, new byte[100], out _)) is not null);

        Assert.Equal(2, crypto.Plaintexts.Count);
        Assert.Equal([.. Enumerable.Repeat(Secret, 2)], crypto.Seen);
        Assert.All(crypto.Plaintexts, IsZeroed);
    }

    [Fact]
    public async Task Unprotect_CallIsOver_AnswersCopyIsZeroed()
    {
        using var material = SecretBytes.Random(32);
        using var cipher = new EnvelopeCipher(KeyId.Create(DateTimeOffset.UnixEpoch), material, Suite.Xaes256Gcm);
        var envelope = new byte[Envelope.Length(Suite.Xaes256Gcm, Secret.Length)];
        cipher.Seal(Secret, [], envelope);
        var destination = new byte[Secret.Length];

        Assert.Equal(Secret, Ring.Unprotect(envelope, DkmContext.Empty));
        Assert.True(Ring.TryUnprotect(envelope, DkmContext.Empty, destination, out var written));
        Assert.Equal(Secret, destination[..written]);
        Assert.Equal(Secret, await Ring.UnprotectAsync(envelope, DkmContext.Empty, TestContext.Current.CancellationToken));

        Assert.Equal(3, crypto.Plaintexts.Count);
        Assert.All(crypto.Plaintexts, IsZeroed);
    }

    private static void IsZeroed(ByteString plaintext)
    {
        Assert.Equal(Secret.Length, plaintext.Length);
        Assert.DoesNotContain(plaintext, one => one != 0);
    }

    /// <summary>Keeps the messages, as a channel has them.</summary>
    private sealed class FakeCrypto : CryptoService.CryptoServiceClient
    {
        public bool Fails { get; set; }

        public List<ByteString> Plaintexts { get; } = [];

        /// <summary>What was in them while the call was under way.</summary>
        public List<byte[]> Seen { get; } = [];

        public override EncryptResponse Encrypt(EncryptRequest request, CallOptions options)
        {
            Keep(request.Plaintext);
            return Fails ? throw new DkmException(ErrorKind.Unavailable, Reasons.NotConnected, "away") : new EncryptResponse { Envelope = ByteString.CopyFromUtf8("envelope") };
        }

        public override DecryptResponse Decrypt(DecryptRequest request, CallOptions options) => new() { Plaintext = Keep(ByteString.CopyFrom(Secret)) };

        public override AsyncUnaryCall<DecryptResponse> DecryptAsync(DecryptRequest request, CallOptions options) =>
            new(Task.FromResult(Decrypt(request, options)), Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });

        private ByteString Keep(ByteString plaintext)
        {
            Plaintexts.Add(plaintext);
            Seen.Add(plaintext.ToByteArray());
            return plaintext;
        }
    }
}
