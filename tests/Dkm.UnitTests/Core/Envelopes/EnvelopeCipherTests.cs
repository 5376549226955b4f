namespace Dkm.UnitTests.Core.Envelopes;

using System;
using System.Collections.Generic;
using System.Linq;
using Dkm.Core;
using Dkm.Core.Envelopes;
using Dkm.Core.Secrets;
using Xunit;

public sealed class EnvelopeCipherTests : IDisposable
{
    private static readonly KeyId Id = KeyId.Create(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private static readonly byte[] Context = DkmContext.Of("address", "someone@hotmail.com").Canonical.ToArray();

    private readonly SecretBytes material = SecretBytes.Random(32);

    public static TheoryData<Suite> Suites => [Suite.Xaes256Gcm, Suite.Aegis256];

    public void Dispose() => material.Dispose();

    [Theory]
    [MemberData(nameof(Suites))]
    public void Open_OwnEnvelope_GivesThePlaintext(Suite suite)
    {
        using var cipher = new EnvelopeCipher(Id, material, suite);
        foreach (var length in new[] { 0, 1, 15, 16, 17, 255, 256, 70_000 })
        {
            foreach (var context in new[] { [], Context })
            {
                var plaintext = Enumerable.Range(0, length).Select(i => (byte)i).ToArray();
                var envelope = Seal(cipher, plaintext, context);
                Assert.Equal(plaintext, Open(cipher, envelope, context));
                Assert.Equal(new EnvelopeHeader(suite, EnvelopeFlags.None, Id, envelope.Length - length - (suite == Suite.Aegis256 ? 32 : 16), length), Envelope.ReadHeader(envelope));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void Open_LargestPlaintextWithLargestContext_GivesThePlaintext(Suite suite)
    {
        using var cipher = new EnvelopeCipher(Id, material, suite);
        var plaintext = new byte[Envelope.MaximumPlaintext];
        plaintext.AsSpan().Fill(0x5A);
        var context = DkmContext.Of("k", new string('x', DkmContext.MaximumCanonicalLength - 9)).Canonical.ToArray();
        Assert.Equal(DkmContext.MaximumCanonicalLength, context.Length);
        Assert.True(Open(cipher, Seal(cipher, plaintext, context), context).AsSpan().SequenceEqual(plaintext));
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void Seal_OverTheLimits_NamesTheField(Suite suite)
    {
        using var cipher = new EnvelopeCipher(Id, material, suite);
        var plaintext = new byte[Envelope.MaximumPlaintext + 1];
        var envelope = new byte[plaintext.Length + 100];
        var tooLong = Assert.Throws<DkmException>(() => cipher.Seal(plaintext, [], envelope));
        Assert.Equal((ErrorKind.InvalidArgument, Reasons.TooLong, "plaintext"), (tooLong.Kind, tooLong.Reason, tooLong.Field));
        var context = new byte[DkmContext.MaximumCanonicalLength + 1];
        Assert.Equal("context", Assert.Throws<DkmException>(() => cipher.Seal([], context, envelope)).Field);
        Assert.Equal("context", Assert.Throws<DkmException>(() => cipher.Open(Seal(cipher, [], []), context, envelope)).Field);
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void Open_EveryBitFlipped_IsRefusedAndLeavesNothing(Suite suite)
    {
        using var cipher = new EnvelopeCipher(Id, material, suite);
        var envelope = Seal(cipher, "hunter2"u8, Context);
        for (var bit = 0; bit < envelope.Length * 8; bit++)
        {
            envelope[bit / 8] ^= (byte)(0x80 >> (bit % 8));
            Assert.Equal(Expected(bit, suite, envelope), Refusal(cipher, envelope));
            envelope[bit / 8] ^= (byte)(0x80 >> (bit % 8));
        }

        Assert.Equal("hunter2"u8, Open(cipher, envelope, Context));
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void Open_TruncatedOrExtended_IsRefused(Suite suite)
    {
        using var cipher = new EnvelopeCipher(Id, material, suite);
        var envelope = Seal(cipher, "hunter2"u8, Context);
        for (var length = 0; length < envelope.Length; length++)
        {
            Assert.Equal(length < Envelope.Length(suite, 0) ? Reasons.Malformed : Reasons.CannotOpen, Refusal(cipher, envelope[..length]));
        }

        Assert.Equal(Reasons.CannotOpen, Refusal(cipher, [.. envelope, 0]));
        Assert.Equal(Reasons.CannotOpen, Refusal(cipher, [.. envelope, .. envelope]));
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void Open_EverythingCryptographic_IsOneAnswer(Suite suite)
    {
        using var cipher = new EnvelopeCipher(Id, material, suite);
        var envelope = Seal(cipher, "hunter2"u8, Context);
        var altered = envelope.ToArray();
        altered[^1] ^= 1;
        var wrongTag = Assert.Throws<DkmException>(() => Open(cipher, altered, Context));
        var wrongContext = Assert.Throws<DkmException>(() => Open(cipher, envelope, []));
        using var otherMaterial = SecretBytes.Random(32);
        using var impostor = new EnvelopeCipher(Id, otherMaterial, suite);
        var wrongKey = Assert.Throws<DkmException>(() => Open(impostor, envelope, Context));
        Assert.Single(new[] { wrongTag, wrongContext, wrongKey }.Select(refused => (refused.Kind, refused.Reason, refused.Field, refused.Message)).Distinct());
        Assert.Equal((ErrorKind.InvalidArgument, Reasons.CannotOpen, "envelope"), (wrongTag.Kind, wrongTag.Reason, wrongTag.Field));
    }

    // A key that is used with both suites: the suite is in the subkey's label and in the associated data.
    [Fact]
    public void Open_SuiteByteChanged_MeetsAnotherKey()
    {
        using var one = new EnvelopeCipher(Id, material, Suite.Xaes256Gcm);
        using var three = new EnvelopeCipher(Id, material, Suite.Aegis256);
        var envelope = Seal(one, new byte[64], Context);
        envelope[4] = (byte)Suite.Aegis256;
        Assert.Equal(Reasons.CannotOpen, Assert.Throws<DkmException>(() => Open(three, envelope, Context)).Reason);
    }

    [Fact]
    public void Open_AnotherKeysEnvelope_IsTheCallersMistake()
    {
        using var cipher = new EnvelopeCipher(Id, material, Suite.Xaes256Gcm);
        using var other = new EnvelopeCipher(KeyId.Create(DateTimeOffset.UnixEpoch), material, Suite.Xaes256Gcm);
        Assert.Throws<ArgumentException>(() => Open(cipher, Seal(other, [], []), []));
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void SealAndOpen_ShortOrOverlappingDestination_Throws(Suite suite)
    {
        using var cipher = new EnvelopeCipher(Id, material, suite);
        var buffer = new byte[1_000];
        Assert.Throws<ArgumentException>(() => cipher.Seal(new byte[10], [], buffer.AsSpan(0, Envelope.Length(suite, 10) - 1)));
        Assert.Throws<ArgumentException>(() => cipher.Seal(buffer.AsSpan(40, 10), [], buffer));
        var length = cipher.Seal(new byte[10], [], buffer);
        Assert.Throws<ArgumentException>(() => cipher.Open(buffer.AsSpan(0, length), [], new byte[9]));
        Assert.Throws<ArgumentException>(() => cipher.Open(buffer.AsSpan(0, length), [], buffer.AsSpan(20)));
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void SealAndOpen_Warm_AllocateNothing(Suite suite)
    {
        using var cipher = new EnvelopeCipher(Id, material, suite);
        var plaintext = new byte[256];
        var envelope = new byte[Envelope.Length(suite, 256)];
        long allocated = -1;
        for (var round = 0; round < 3; round++)
        {
            // The first rounds derive keys, make lanes, and let the runtime set itself up.
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 2_000; i++)
            {
                cipher.Seal(plaintext, Context, envelope);
                cipher.Open(envelope, Context, plaintext);
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (allocated == 0)
            {
                break;
            }
        }

        Assert.Equal(0, allocated);
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void SealAndOpen_Disposed_Throw(Suite suite)
    {
        var cipher = new EnvelopeCipher(Id, material, suite);
        var envelope = Seal(cipher, [], []);
        cipher.Dispose();
        cipher.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Seal(cipher, [], []));
        Assert.Throws<ObjectDisposedException>(() => Open(cipher, envelope, []));
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void Seal_MaterialDisposedSince_GoesOn(Suite suite)
    {
        var copy = SecretBytes.Random(32);
        using var cipher = new EnvelopeCipher(Id, copy, suite);
        copy.Dispose();
        Assert.Equal("x"u8, Open(cipher, Seal(cipher, "x"u8, []), []));
    }

    // Two processes that start from one state, as two clones of a machine do.
    [Theory]
    [MemberData(nameof(Suites))]
    public void Seal_TwoCiphersOfOneKey_ShareNoNonce(Suite suite)
    {
        using var left = new EnvelopeCipher(Id, material, suite);
        using var right = new EnvelopeCipher(Id, material, suite);
        var nonces = new HashSet<string>();
        for (var i = 0; i < 5_000; i++)
        {
            foreach (var cipher in new[] { left, right })
            {
                var envelope = Seal(cipher, [], []);
                Assert.True(nonces.Add(Convert.ToHexString(envelope, 22, suite == Suite.Aegis256 ? 32 : 24)));
            }
        }
    }

    private static string Expected(int bit, Suite suite, byte[] flipped) => (bit / 8) switch
    {
        < 4 => Reasons.Malformed,
        4 when flipped[4] is 1 or 3 && flipped[4] != (byte)suite => flipped.Length < Envelope.Length((Suite)flipped[4], 0) ? Reasons.Malformed : "another suite",
        4 => Reasons.UnknownSuite,
        5 => flipped[5] == 1 ? Reasons.SegmentedNotSupported : Reasons.UnknownFlags,
        < 22 => "another key",
        _ => Reasons.CannotOpen,
    };

    private static string Refusal(EnvelopeCipher cipher, byte[] envelope)
    {
        var plaintext = new byte[envelope.Length];
        plaintext.AsSpan().Fill(0xEE);
        try
        {
            cipher.Open(envelope, Context, plaintext);
            return "opened";
        }
        catch (DkmException refused) when (refused.Reason == Reasons.CannotOpen)
        {
            // What was there before is gone, and nothing unauthenticated has come in its place.
            Assert.False(plaintext.AsSpan(0, Envelope.ReadHeader(envelope).PlaintextLength).ContainsAnyExcept((byte)0));
            return refused.Reason;
        }
        catch (DkmException refused)
        {
            return refused.Reason;
        }
        catch (ArgumentException)
        {
            return envelope[4] == (byte)cipher.Suite ? "another key" : "another suite";
        }
    }

    private static byte[] Seal(EnvelopeCipher cipher, ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> context)
    {
        var envelope = new byte[Envelope.Length(cipher.Suite, plaintext.Length)];
        Assert.Equal(envelope.Length, cipher.Seal(plaintext, context, envelope));
        return envelope;
    }

    private static byte[] Open(EnvelopeCipher cipher, byte[] envelope, ReadOnlySpan<byte> context)
    {
        var plaintext = new byte[envelope.Length];
        return plaintext[..cipher.Open(envelope, context, plaintext)];
    }
}
