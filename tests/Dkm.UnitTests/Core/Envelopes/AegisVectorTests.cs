namespace Dkm.UnitTests.Core.Envelopes;

using System;
using Dkm.Core.Envelopes;
using Xunit;

/// <summary>The published vectors of AEGIS-256 with the 256-bit tag (draft-irtf-cfrg-aegis-aead, appendix A.3).</summary>
public sealed class AegisVectorTests
{
    private const string Key = "1001000000000000000000000000000000000000000000000000000000000000";
    private const string Nonce = "1000020000000000000000000000000000000000000000000000000000000000";

    [Theory]
    [InlineData("", "00000000000000000000000000000000", "754fc3d8c973246dcc6d741412a4b236", "1181a1d18091082bf0266f66297d167d2e68b845f61a3b0527d31fc7b7b89f13")]
    [InlineData("", "", "", "6a348c930adbd654896e1666aad67de989ea75ebaa2b82fb588977b1ffec864a")]
    [InlineData(
        "0001020304050607",
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
        "f373079ed84b2709faee373584585d60accd191db310ef5d8b11833df9dec711",
        "b7d28d0c3c0ebd409fd22b44160503073a547412da0854bfb9723020dab8da1a")]
    [InlineData(
        "0001020304050607",
        "000102030405060708090a0b0c0d",
        "f373079ed84b2709faee37358458",
        "8c1cc703c81281bee3f6d9966e14948b4a175b2efbdc31e61a98b4465235c2d9")]
    [InlineData(
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223242526272829",
        "101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637",
        "57754a7d09963e7c787583a2e7b859bb24fa1e04d49fd550b2511a358e3bca252a9b1b8b30cc4a67",
        "a3aca270c006094d71c20e6910b5161c0826df233d08919a566ec2c05990f734")]
    public void Encrypt_PublishedVectors_MatchBothWays(string associatedData, string plaintext, string ciphertext, string tag)
    {
        using var cipher = new AegisCipher(Convert.FromHexString(Key));
        var clear = Convert.FromHexString(plaintext);
        var body = new byte[clear.Length + AegisCipher.TagLength];
        cipher.Encrypt(Convert.FromHexString(Nonce), Convert.FromHexString(associatedData), clear, body);
        Assert.Equal(ciphertext + tag, Convert.ToHexStringLower(body));

        var opened = new byte[clear.Length];
        Assert.True(cipher.TryDecrypt(Convert.FromHexString(Nonce), Convert.FromHexString(associatedData), body, opened));
        Assert.Equal(clear, opened);
    }

    [Theory]
    [InlineData(Nonce, Key, "0001020304050607", "f373079ed84b2709faee37358458", "8c1cc703c81281bee3f6d9966e14948b4a175b2efbdc31e61a98b4465235c2d9")]
    [InlineData(Key, Nonce, "0001020304050607", "f373079ed84b2709faee37358459", "8c1cc703c81281bee3f6d9966e14948b4a175b2efbdc31e61a98b4465235c2d9")]
    [InlineData(Key, Nonce, "0001020304050608", "f373079ed84b2709faee37358458", "8c1cc703c81281bee3f6d9966e14948b4a175b2efbdc31e61a98b4465235c2d9")]
    [InlineData(Key, Nonce, "0001020304050607", "f373079ed84b2709faee37358458", "8c1cc703c81281bee3f6d9966e14948b4a175b2efbdc31e61a98b4465235c2da")]
    public void TryDecrypt_PublishedForgeries_AreRefused(string key, string nonce, string associatedData, string ciphertext, string tag)
    {
        using var cipher = new AegisCipher(Convert.FromHexString(key));
        var opened = new byte[ciphertext.Length / 2];
        Assert.False(cipher.TryDecrypt(
            Convert.FromHexString(nonce), Convert.FromHexString(associatedData), Convert.FromHexString(ciphertext + tag), opened));
    }

    [Fact]
    public void Constructor_KeyOfAnotherLength_Throws() => Assert.Throws<ArgumentException>(() => new AegisCipher(new byte[16]));
}
