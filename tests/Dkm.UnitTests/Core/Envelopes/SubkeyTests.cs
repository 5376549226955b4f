namespace Dkm.UnitTests.Core.Envelopes;

using System;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using Dkm.Core;
using Dkm.Core.Envelopes;
using Dkm.Core.Secrets;
using Xunit;

public sealed class SubkeyTests
{
    private static readonly byte[] Material = Enumerable.Range(0, 32).Select(i => (byte)i).ToArray();

    // SP 800-108 in counter mode written out: one block, since HMAC-SHA-256 gives what is wanted.
    [Theory]
    [InlineData(Suite.Xaes256Gcm, "dkm/v1/suite/1")]
    [InlineData(Suite.Aegis256, "dkm/v1/suite/3")]
    public void DeriveSubkey_EachSuite_IsSp800108(Suite suite, string label)
    {
        var id = KeyId.Read(Enumerable.Range(100, 16).Select(i => (byte)i).ToArray());
        byte[] input = [0, 0, 0, 1, .. Encoding.ASCII.GetBytes(label), 0, .. id.ToByteArray(), 0, 0, 1, 0];
        Assert.Equal(HMACSHA256.HashData(Material, input), Derive(suite, id));
    }

    [Fact]
    public void DeriveSubkey_AnotherSuiteOrId_IsAnotherKey()
    {
        var id = KeyId.Read(new byte[16]);
        var other = KeyId.Read([.. new byte[15], 1]);
        Assert.NotEqual(Derive(Suite.Xaes256Gcm, id), Derive(Suite.Aegis256, id));
        Assert.NotEqual(Derive(Suite.Xaes256Gcm, id), Derive(Suite.Xaes256Gcm, other));
    }

    [Fact]
    public void Constructor_MaterialOfAnotherLength_Throws()
    {
        using var material = SecretBytes.Random(31);
        Assert.Throws<ArgumentException>(() => new EnvelopeCipher(KeyId.Read(new byte[16]), material, Suite.Xaes256Gcm));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(4)]
    public void Constructor_NoSuiteOfOurs_Throws(byte suite)
    {
        using var material = SecretBytes.Random(32);
        Assert.Throws<ArgumentOutOfRangeException>(() => new EnvelopeCipher(KeyId.Read(new byte[16]), material, (Suite)suite));
    }

    private static byte[] Derive(Suite suite, KeyId id)
    {
        using var material = SecretBytes.CopyFrom(Material);
        var subkey = new byte[32];
        EnvelopeCipher.DeriveSubkey(material, suite, id, subkey);
        return subkey;
    }
}
