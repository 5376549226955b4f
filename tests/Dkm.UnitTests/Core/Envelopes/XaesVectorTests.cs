namespace Dkm.UnitTests.Core.Envelopes;

using System;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using Dkm.Core.Envelopes;
using Xunit;

/// <summary>The published vectors of C2SP XAES-256-GCM.</summary>
public sealed class XaesVectorTests
{
    [Theory]
    [InlineData(0x01, "", "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271")]
    [InlineData(0x03, "c2sp.org/XAES-256-GCM", "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d")]
    public void Derive_WorkedVectors_Match(byte keyByte, string associatedData, string expected)
    {
        var key = Enumerable.Repeat(keyByte, 32).ToArray();
        var sealedBytes = Seal(key, "ABCDEFGHIJKLMNOPQRSTUVWX"u8.ToArray(), "XAES-256-GCM"u8.ToArray(), Encoding.ASCII.GetBytes(associatedData));
        Assert.Equal(expected, Convert.ToHexStringLower(sealedBytes));
    }

    // Both keys have L with another leading bit, so both branches of the doubling are met; the 10,000 random keys meet them many times.
    [Fact]
    public void Derive_TenThousandRandomInputs_MatchTheAccumulatedHash()
    {
        // OpenSSL before 3.3 squeezes once only, so the whole stream is drawn first: at most 568 bytes an iteration.
        var stream = new MemoryStream(Shake128.HashData([], 10_000 * (32 + 24 + 1 + 255 + 1 + 255)));
        using var ciphertexts = new MemoryStream();
        for (var i = 0; i < 10_000; i++)
        {
            var key = Draw(stream, 32);
            var nonce = Draw(stream, 24);
            var plaintext = Draw(stream, Draw(stream, 1)[0]);
            var associatedData = Draw(stream, Draw(stream, 1)[0]);
            ciphertexts.Write(Seal(key, nonce, plaintext, associatedData));
        }

        Assert.Equal(
            "e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939",
            Convert.ToHexStringLower(Shake128.HashData(ciphertexts.ToArray(), 32)));
    }

    private static byte[] Seal(byte[] key, byte[] nonce, byte[] plaintext, byte[] associatedData)
    {
        using var xaes = XaesKey.From(key);
        using var gcm = xaes.Derive(nonce.AsSpan(..12));
        var body = new byte[plaintext.Length + 16];
        gcm.Encrypt(nonce.AsSpan(12), plaintext, body.AsSpan(..plaintext.Length), body.AsSpan(plaintext.Length), associatedData);
        var opened = new byte[plaintext.Length];
        gcm.Decrypt(nonce.AsSpan(12), body.AsSpan(..plaintext.Length), body.AsSpan(plaintext.Length), opened, associatedData);
        Assert.True(opened.AsSpan().SequenceEqual(plaintext));
        return body;
    }

    private static byte[] Draw(MemoryStream stream, int length)
    {
        var bytes = new byte[length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
