namespace Dkm.UnitTests.Core.Envelopes;

using System;
using CsCheck;
using Dkm.Core;
using Dkm.Core.Envelopes;
using Xunit;

public sealed class EnvelopeTests
{
    [Theory]
    [InlineData(Suite.Xaes256Gcm, 24, 16)]
    [InlineData(Suite.Aegis256, 32, 32)]
    public void ReadHeader_Shortest_TellsWhatItIs(Suite suite, int nonce, int tag)
    {
        var envelope = Blank(suite, 22 + nonce + tag);
        var header = Envelope.ReadHeader(envelope);
        Assert.Equal(new EnvelopeHeader(suite, EnvelopeFlags.None, KeyId.Read(envelope.AsSpan(6)), 22 + nonce, 0), header);
        Assert.Equal(envelope.Length, Envelope.Length(suite, 0));
        Assert.Equal(Reasons.Malformed, Refuse(envelope[..^1]).Reason);
    }

    [Theory]
    [InlineData(Suite.Xaes256Gcm)]
    [InlineData(Suite.Aegis256)]
    public void ReadHeader_Longest_EndsAtTheLimit(Suite suite)
    {
        Assert.Equal(Envelope.MaximumPlaintext, Envelope.ReadHeader(Blank(suite, Envelope.Length(suite, Envelope.MaximumPlaintext))).PlaintextLength);
        Assert.Equal(Reasons.Malformed, Refuse(Blank(suite, Envelope.Length(suite, Envelope.MaximumPlaintext) + 1)).Reason);
    }

    [Fact]
    public void ReadHeader_EverySuiteByte_OnlyOursAreKnown()
    {
        for (var suite = 0; suite < 256; suite++)
        {
            var envelope = Blank((Suite)suite, 200);
            if (suite is 1 or 3)
            {
                Assert.Equal((Suite)suite, Envelope.ReadHeader(envelope).Suite);
            }
            else
            {
                Assert.Equal(Reasons.UnknownSuite, Refuse(envelope).Reason);
            }
        }
    }

    [Fact]
    public void ReadHeader_EveryFlagsByte_OnlyZeroIsRead()
    {
        for (var flags = 1; flags < 256; flags++)
        {
            var envelope = Blank(Suite.Xaes256Gcm, 200);
            envelope[5] = (byte)flags;
            Assert.Equal(flags == 1 ? Reasons.SegmentedNotSupported : Reasons.UnknownFlags, Refuse(envelope).Reason);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("44")]
    [InlineData("444b4d01")]
    [InlineData("444b4d0101000000000000000000000000000000")]
    [InlineData("544b4d01010000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("444b4d02010000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000")]
    public void ReadHeader_NoEnvelope_IsMalformed(string hex) => Assert.Equal(Reasons.Malformed, Refuse(Convert.FromHexString(hex)).Reason);

    [Fact]
    public void ReadHeader_AnyBytes_AreReadOrRefused() =>
        Gen.Byte.Array[0, 200].Sample(bytes =>
        {
            if (bytes.Length >= 4)
            {
                "DKM\u0001"u8.CopyTo(bytes);
            }

            try
            {
                var header = Envelope.ReadHeader(bytes);
                return Envelope.Length(header.Suite, header.PlaintextLength) == bytes.Length;
            }
            catch (DkmException refused)
            {
                return refused is { Kind: ErrorKind.InvalidArgument, Field: "envelope" };
            }
        });

    [Fact]
    public void ToText_AnyBytes_ComeBack() =>
        Gen.Byte.Array[1, 100].Sample(bytes =>
            Envelope.TryParseText(Envelope.ToText(bytes), out var parsed) && parsed.AsSpan().SequenceEqual(bytes));

    // Whatever is read is the one spelling of what it was read as; the last characters and what lenient decoders skip are met often here.
    [Fact]
    public void TryParseText_AnyText_IsReadOnlyIfItIsTheSpellingOfItsBytes() =>
        Gen.Char["ABCDEFgh_-=+/ \n\t."].Array[0, 9].Select(letters => Envelope.TextPrefix + new string(letters)).Sample(text =>
            !Envelope.TryParseText(text, out var envelope) || Envelope.ToText(envelope) == text);

    [Theory]
    [InlineData("")]
    [InlineData("dkm1.")]
    [InlineData("dkm1")]
    [InlineData("DKM1.AAAA")]
    [InlineData("dkm2.AAAA")]
    [InlineData(" dkm1.AAAA")]
    [InlineData("dkm1.AAAA ")]
    [InlineData("dkm1.AA AA")]
    [InlineData("dkm1.AAAA\n")]
    [InlineData("dkm1.AAAA\r\nAAAA")]
    [InlineData("dkm1.AA==")]
    [InlineData("dkm1.AAA=")]
    [InlineData("dkm1.A")]
    [InlineData("dkm1.AAAAA")]
    [InlineData("dkm1.AB")]
    [InlineData("dkm1.AAB")]
    [InlineData("dkm1.AA+A")]
    [InlineData("dkm1.AA/A")]
    [InlineData("dkm1.AA.A")]
    [InlineData("dkm1.AA\0A")]
    [InlineData("dkm1.\u0410AAA")]
    public void TryParseText_NotCanonical_IsFalse(string text)
    {
        Assert.False(Envelope.TryParseText(text, out var envelope));
        Assert.Null(envelope);
    }

    [Theory]
    [InlineData("dkm1.AA", "00")]
    [InlineData("dkm1.AAA", "0000")]
    [InlineData("dkm1.-_8", "fbff")]
    public void TryParseText_Canonical_IsRead(string text, string hex)
    {
        Assert.True(Envelope.TryParseText(text, out var envelope));
        Assert.Equal(hex, Convert.ToHexStringLower(envelope));
    }

    private static byte[] Blank(Suite suite, int length)
    {
        var envelope = new byte[length];
        "DKM\u0001"u8.CopyTo(envelope);
        envelope[4] = (byte)suite;
        envelope[6] = 0x7F;
        return envelope;
    }

    private static DkmException Refuse(byte[] envelope)
    {
        var refused = Assert.Throws<DkmException>(() => Envelope.ReadHeader(envelope));
        Assert.Equal((ErrorKind.InvalidArgument, "envelope"), (refused.Kind, refused.Field));
        return refused;
    }
}
