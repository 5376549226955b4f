namespace Dkm.IntegrationTests.Crypto;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Core.Envelopes;
using Dkm.Crypto.V1;
using Dkm.KeyRing.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Xunit;
using Suite = Dkm.KeyRing.V1.Suite;

/// <summary>Bad input and the wrong callers, through the real RPC, with the exact answer of DESIGN sections 6 and 10.</summary>
public sealed class BadInputTests(DkmFixture dkm) : IClassFixture<DkmFixture>
{
    private const int HeaderLength = 22;

    // A batch may look up 64 keys that are not there.
    private const int Batch = 64;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string, string> BadContexts => new()
    {
        { "duplicate", "context[1].key", Reasons.InvalidField },
        { "empty key", "context[0].key", Reasons.Required },
        { "ill-formed key", "context[0].key", Reasons.InvalidField },
        { "ill-formed value", "context[0].value", Reasons.InvalidField },
        { "too long", "context", Reasons.TooLong },
    };

    [Theory]
    [MemberData(nameof(BadContexts))]
    public async Task AnyCall_WithABadContext_NamesTheField(string what, string field, string reason)
    {
        ContextEntry[] context = what switch
        {
            "duplicate" => [Entry("a"u8, "1"u8), Entry("a"u8, "2"u8)],
            "empty key" => [Entry(default, "1"u8)],
            "ill-formed key" => [Entry([0xC3, 0x28], "1"u8)],
            "ill-formed value" => [Entry("a"u8, [0xED, 0xA0, 0x80])],
            _ => [Entry("a"u8, new byte[8192 - 8])],
        };
        var crypto = dkm.CryptoAs(DkmFixture.Worker);
        var envelope = await EncryptAsync(DkmFixture.Mail);

        await Refused.Async(crypto.EncryptAsync(new() { KeyRing = DkmFixture.Mail, Context = { context } }, cancellationToken: Token), ErrorKind.InvalidArgument, reason, field);
        await Refused.Async(crypto.DecryptAsync(new() { Envelope = envelope, Context = { context } }, cancellationToken: Token), ErrorKind.InvalidArgument, reason, field);
        await Refused.Async(crypto.ReEncryptAsync(new() { Envelope = envelope, Context = { context } }, cancellationToken: Token), ErrorKind.InvalidArgument, reason, field);
        await Refused.Async(
            crypto.GenerateDataKeyAsync(new() { KeyRing = DkmFixture.Mail, Context = { context } }, cancellationToken: Token), ErrorKind.InvalidArgument, reason, field);
        var opened = await crypto.BatchDecryptAsync(
            new() { Items = { new BatchDecryptItem { Envelope = envelope, Context = { context } } } }, cancellationToken: Token);
        AssertItem(opened.Results.Single().Error, 0, ErrorKind.InvalidArgument, reason, field);
        var batch = await crypto.BatchEncryptAsync(
            new() { KeyRing = DkmFixture.Mail, Items = { new BatchEncryptItem { Context = { context } } } }, cancellationToken: Token);
        Assert.Equal((reason, "items[0]." + field), (batch.Results[0].Error.Reason, batch.Results[0].Error.Field));
    }

    [Fact]
    public async Task Encrypt_OfOneByteMoreThanTheLimit_NamesThePlaintext()
    {
        var crypto = dkm.CryptoAs(DkmFixture.Worker);
        var plaintext = ByteString.CopyFrom(new byte[Envelope.MaximumPlaintext + 1]);
        await Refused.Async(
            crypto.EncryptAsync(new() { KeyRing = DkmFixture.Mail, Plaintext = plaintext }, cancellationToken: Token), ErrorKind.InvalidArgument, Reasons.TooLong, "plaintext");

        var batch = await crypto.BatchEncryptAsync(
            new() { KeyRing = DkmFixture.Mail, Items = { new BatchEncryptItem { Plaintext = plaintext }, new BatchEncryptItem() } }, cancellationToken: Token);
        Assert.Equal((Reasons.TooLong, "items[0].plaintext"), (batch.Results[0].Error.Reason, batch.Results[0].Error.Field));
        Assert.False(batch.Results[1].Envelope.IsEmpty);
    }

    [Fact]
    public async Task Message_OfMoreThanTheLimit_IsResourceExhausted()
    {
        var refused = await Assert.ThrowsAsync<DkmException>(() => dkm.CryptoAs(DkmFixture.Worker)
            .EncryptAsync(new() { KeyRing = DkmFixture.Mail, Plaintext = ByteString.CopyFrom(new byte[5_000_000]) }, cancellationToken: Token).ResponseAsync);
        Assert.Equal(ErrorKind.ResourceExhausted, refused.Kind);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Mail/a")]
    [InlineData("mail/../other")]
    [InlineData("mail//a")]
    public async Task AnyCall_WithARingNameOutOfGrammar_NamesTheField(string ring)
    {
        var crypto = dkm.CryptoAs(DkmFixture.Worker);
        var reason = ring.Length == 0 ? Reasons.Required : Reasons.InvalidField;
        await Refused.Async(crypto.EncryptAsync(new() { KeyRing = ring }, cancellationToken: Token), ErrorKind.InvalidArgument, reason, "key_ring");
        await Refused.Async(crypto.GenerateDataKeyAsync(new() { KeyRing = ring }, cancellationToken: Token), ErrorKind.InvalidArgument, reason, "key_ring");
        await Refused.Async(crypto.BatchEncryptAsync(new() { KeyRing = ring, Items = { new BatchEncryptItem() } }, cancellationToken: Token), ErrorKind.InvalidArgument, reason, "key_ring");
        if (ring.Length > 0)
        {
            var envelope = await EncryptAsync(DkmFixture.Mail);
            await Refused.Async(crypto.DecryptAsync(new() { KeyRing = ring, Envelope = envelope }, cancellationToken: Token), ErrorKind.InvalidArgument, reason, "key_ring");
            await Refused.Async(crypto.ReEncryptAsync(new() { TargetKeyRing = ring, Envelope = envelope }, cancellationToken: Token), ErrorKind.InvalidArgument, reason, "target_key_ring");
        }
    }

    [Fact]
    public async Task Decrypt_OfAnEnvelopeCutAnywhereOrExtended_IsRefused()
    {
        var good = (await EncryptAsync(DkmFixture.Mail)).ToByteArray();
        var cut = Enumerable.Range(0, good.Length).Select(length => good[..length]).Append([.. good, 0]).ToArray();
        var errors = await OpenAllAsync(cut);
        for (var length = 0; length < cut.Length; length++)
        {
            var expected = cut[length].Length < HeaderLength + 24 + 16 ? Reasons.Malformed : Reasons.CannotOpen;
            AssertItem(errors[length], length, ErrorKind.InvalidArgument, expected, "envelope");
        }
    }

    [Fact]
    public async Task Decrypt_WithAnyBitFlipped_IsRefusedInTheOrderOfTheContract()
    {
        var good = (await EncryptAsync(DkmFixture.Mail)).ToByteArray();
        var flipped = Enumerable.Range(0, good.Length * 8).Select(bit =>
        {
            var bad = good.ToArray();
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            return bad;
        }).ToArray();
        var errors = await OpenAllAsync(flipped);
        for (var bit = 0; bit < flipped.Length; bit++)
        {
            switch (bit / 8)
            {
                case < 4:
                    AssertItem(errors[bit], bit, ErrorKind.InvalidArgument, Reasons.Malformed, "envelope");
                    break;
                case 4:
                    // One bit from 1 to 3 meets AEGIS-256, whose shortest envelope is longer than this one.
                    AssertItem(errors[bit], bit, ErrorKind.InvalidArgument, flipped[bit][4] == 3 ? Reasons.Malformed : Reasons.UnknownSuite, "envelope");
                    break;
                case 5:
                    AssertItem(errors[bit], bit, ErrorKind.InvalidArgument, flipped[bit][5] == 1 ? Reasons.SegmentedNotSupported : Reasons.UnknownFlags, "envelope");
                    break;
                case < HeaderLength:
                    AssertItem(errors[bit], bit, ErrorKind.PermissionDenied, Reasons.KeyUnknownOrNotYours, string.Empty);
                    break;
                default:
                    AssertItem(errors[bit], bit, ErrorKind.InvalidArgument, Reasons.CannotOpen, "envelope");
                    break;
            }
        }

        // What is cryptographic is indistinguishable within itself.
        Assert.Single(errors.Where(error => error.Reason == Reasons.CannotOpen).Select(error => error.Message).Distinct(StringComparer.Ordinal));
        var alone = await Refused.Async(
            dkm.CryptoAs(DkmFixture.Worker).DecryptAsync(new() { Envelope = ByteString.CopyFrom(flipped[^1]) }, cancellationToken: Token),
            ErrorKind.InvalidArgument,
            Reasons.CannotOpen,
            "envelope");
        Assert.Equal(errors[^1].Message, alone.Message);
    }

    [Fact]
    public async Task Decrypt_UnknownKeyOrARingNotBoundTo_IsOneText()
    {
        var good = await EncryptAsync(DkmFixture.Mail);
        var unknown = good.ToByteArray();
        KeyId.Create(DateTimeOffset.UnixEpoch).Write(unknown.AsSpan(6));
        var stranger = dkm.CryptoAs(DkmFixture.Stranger);
        var texts = new List<string>();
        foreach (var envelope in new[] { good, ByteString.CopyFrom(unknown) })
        {
            foreach (var ring in new[] { string.Empty, DkmFixture.Mail, "mail/nowhere" })
            {
                texts.Add((await Refused.Async(
                    stranger.DecryptAsync(new() { Envelope = envelope, KeyRing = ring }, cancellationToken: Token),
                    ErrorKind.PermissionDenied,
                    Reasons.KeyUnknownOrNotYours)).Message);
            }

            texts.Add((await Refused.Async(stranger.ReEncryptAsync(new() { Envelope = envelope }, cancellationToken: Token), ErrorKind.PermissionDenied, Reasons.KeyUnknownOrNotYours)).Message);
        }

        Assert.Single(texts.Distinct(StringComparer.Ordinal));
        Assert.DoesNotContain(DkmFixture.Mail, texts[0], StringComparison.Ordinal);
        Assert.Contains(DkmFixture.Stranger, texts[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Decrypt_BoundWithoutDecrypt_NamesRingAndPermission()
    {
        var envelope = await EncryptAsync(DkmFixture.Mail);
        var refused = await Refused.Async(
            dkm.CryptoAs(DkmFixture.Writer).DecryptAsync(new() { Envelope = envelope }, cancellationToken: Token), ErrorKind.PermissionDenied, Reasons.PermissionMissing);
        Assert.Contains($"'{DkmFixture.Mail}'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("decrypt", refused.Message, StringComparison.Ordinal);

        var encrypting = await Refused.Async(
            dkm.CryptoAs(DkmFixture.Reader).EncryptAsync(new() { KeyRing = DkmFixture.Mail }, cancellationToken: Token), ErrorKind.PermissionDenied, Reasons.PermissionMissing);
        Assert.Contains("encrypt", encrypting.Message, StringComparison.Ordinal);
        await Refused.Async(
            dkm.CryptoAs(DkmFixture.Reader).ReEncryptAsync(new() { Envelope = envelope }, cancellationToken: Token), ErrorKind.PermissionDenied, Reasons.PermissionMissing);
    }

    [Fact]
    public async Task Encrypt_UnknownRingOrOneNotBoundTo_IsOneText()
    {
        await dkm.MakeRingAsync("mail/local", new KeyRingPolicy { Serve = Serve.Local }, ("workers", [Permission.Hold]));
        var texts = new List<string>();
        foreach (var ring in new[] { DkmFixture.Mail, "mail/nowhere", "mail/local" })
        {
            var stranger = dkm.CryptoAs(DkmFixture.Stranger);
            foreach (var call in new Func<Task<DkmException>>[]
            {
                () => Refused.Async(stranger.EncryptAsync(new() { KeyRing = ring }, cancellationToken: Token), ErrorKind.PermissionDenied, Reasons.NotBound),
                () => Refused.Async(stranger.GenerateDataKeyAsync(new() { KeyRing = ring }, cancellationToken: Token), ErrorKind.PermissionDenied, Reasons.NotBound),
                () => Refused.Async(stranger.BatchEncryptAsync(new() { KeyRing = ring, Items = { new BatchEncryptItem() } }, cancellationToken: Token), ErrorKind.PermissionDenied, Reasons.NotBound),
            })
            {
                texts.Add((await call()).Message.Replace(ring, "RING", StringComparison.Ordinal));
            }
        }

        Assert.Single(texts.Distinct(StringComparer.Ordinal));
        await Refused.Async(
            dkm.CryptoAs(DkmFixture.Worker).EncryptAsync(new() { KeyRing = "mail/local" }, cancellationToken: Token), ErrorKind.PermissionDenied, Reasons.NotBound);
    }

    [Fact]
    public async Task Decrypt_OfAnEnvelopeOfAnotherRingThanTheOneMeant_IsOtherRing()
    {
        var envelope = await EncryptAsync(DkmFixture.Other);
        var crypto = dkm.CryptoAs(DkmFixture.Worker);
        await Refused.Async(
            crypto.DecryptAsync(new() { Envelope = envelope, KeyRing = DkmFixture.Mail }, cancellationToken: Token), ErrorKind.InvalidArgument, Reasons.OtherRing, "envelope");
        var batch = await crypto.BatchDecryptAsync(
            new() { KeyRing = DkmFixture.Mail, Items = { new BatchDecryptItem { Envelope = envelope } } }, cancellationToken: Token);
        Assert.Equal((Reasons.OtherRing, "items[0].envelope"), (batch.Results[0].Error.Reason, batch.Results[0].Error.Field));
    }

    [Fact]
    public async Task Decrypt_OfASuiteOutsideReadSuites_IsSuiteNotRead()
    {
        var ring = await dkm.MakeRingAsync("mail/suites", new KeyRingPolicy { Suite = Suite.Aegis256 }, ("workers", [Permission.Encrypt, Permission.Decrypt]));
        var envelope = await EncryptAsync("mail/suites");
        Assert.Equal(3, envelope[4]);
        ring.Policy.Suite = Suite.Xaes256Gcm;
        ring.Policy.ReadSuites.Clear();
        ring.Policy.ReadSuites.Add(Suite.Xaes256Gcm);
        ring.Etag = (await dkm.Rings().GetKeyRingAsync(new() { Name = ring.Name }, cancellationToken: Token)).Etag;
        await dkm.Rings().UpdateKeyRingAsync(new() { KeyRing = ring, UpdateMask = FieldMask.FromString("policy.suite,policy.read_suites") }, cancellationToken: Token);

        var crypto = dkm.CryptoAs(DkmFixture.Worker);
        while ((await crypto.EncryptAsync(new() { KeyRing = ring.Name }, cancellationToken: Token)).Envelope[4] != 1)
        {
            await Task.Delay(10, Token);
        }

        await Refused.Async(crypto.DecryptAsync(new() { Envelope = envelope }, cancellationToken: Token), ErrorKind.FailedPrecondition, Reasons.SuiteNotRead);
    }

    [Fact]
    public async Task EveryKeyMethod_CalledByAHuman_SaysThatHumansHoldNoKeys()
    {
        var envelope = await EncryptAsync(DkmFixture.Mail);
        var crypto = dkm.CryptoAs(DkmFixture.Admin);
        foreach (var call in new Func<Task<DkmException>>[]
        {
            () => Refused.Async(crypto.EncryptAsync(new() { KeyRing = DkmFixture.Mail }, cancellationToken: Token), ErrorKind.PermissionDenied, Reasons.HumansHoldNoKeys),
            () => Refused.Async(crypto.DecryptAsync(new() { Envelope = envelope }, cancellationToken: Token), ErrorKind.PermissionDenied, Reasons.HumansHoldNoKeys),
            () => Refused.Async(crypto.ReEncryptAsync(new() { Envelope = envelope }, cancellationToken: Token), ErrorKind.PermissionDenied, Reasons.HumansHoldNoKeys),
            () => Refused.Async(crypto.GenerateDataKeyAsync(new() { KeyRing = DkmFixture.Mail }, cancellationToken: Token), ErrorKind.PermissionDenied, Reasons.HumansHoldNoKeys),
            () => Refused.Async(crypto.BatchEncryptAsync(new() { KeyRing = DkmFixture.Mail }, cancellationToken: Token), ErrorKind.PermissionDenied, Reasons.HumansHoldNoKeys),
            () => Refused.Async(crypto.BatchDecryptAsync(new(), cancellationToken: Token), ErrorKind.PermissionDenied, Reasons.HumansHoldNoKeys),
        })
        {
            Assert.Contains(DkmFixture.Admin, (await call()).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task EveryKeyMethod_CalledByAnElevationThatNobodyApproved_IsDenied()
    {
        var envelope = await EncryptAsync(DkmFixture.Mail);
        var crypto = dkm.CryptoAs("/elevated/e1");
        await Refused.Async(crypto.EncryptAsync(new() { KeyRing = DkmFixture.Mail }, cancellationToken: Token), ErrorKind.PermissionDenied, Reasons.ElevationOver);
        await Refused.Async(crypto.DecryptAsync(new() { Envelope = envelope }, cancellationToken: Token), ErrorKind.PermissionDenied, Reasons.ElevationOver);
        await Refused.Async(crypto.ReEncryptAsync(new() { Envelope = envelope }, cancellationToken: Token), ErrorKind.PermissionDenied, Reasons.ElevationOver);
        await Refused.Async(crypto.GenerateDataKeyAsync(new() { KeyRing = DkmFixture.Mail }, cancellationToken: Token), ErrorKind.PermissionDenied, Reasons.ElevationOver);
    }

    private static ContextEntry Entry(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => new() { Key = ByteString.CopyFrom(key), Value = ByteString.CopyFrom(value) };

    private static void AssertItem(ItemError error, int index, ErrorKind kind, string reason, string field) =>
        Assert.Equal(((int)kind, reason, field.Length == 0 ? field : $"items[{index % Batch}].{field}"), (error.Code, error.Reason, error.Field));

    private async Task<ByteString> EncryptAsync(string ring) => (await dkm.CryptoAs(DkmFixture.Worker)
        .EncryptAsync(new() { KeyRing = ring, Plaintext = ByteString.CopyFromUtf8("abc") }, cancellationToken: Token)).Envelope;

    private async Task<List<ItemError>> OpenAllAsync(byte[][] envelopes)
    {
        var crypto = dkm.CryptoAs(DkmFixture.Worker);
        var errors = new List<ItemError>();
        foreach (var chunk in envelopes.Chunk(Batch))
        {
            var request = new BatchDecryptRequest();
            request.Items.AddRange(chunk.Select(envelope => new BatchDecryptItem { Envelope = ByteString.CopyFrom(envelope) }));
            var answer = await crypto.BatchDecryptAsync(request, cancellationToken: Token);
            errors.AddRange(answer.Results.Select(result => Assert.IsType<ItemError>(result.Error)));
        }

        return errors;
    }
}
