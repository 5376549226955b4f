namespace Dkm.UnitTests.Core.Secrets;

using System;
using Dkm.Core.Secrets;
using Xunit;

public sealed class KeyWrapTests
{
    // RFC 5649, section 6.
    [Theory]
    [InlineData("c37b7e6492584340bed12207808941155068f738", "138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a")]
    [InlineData("466f7250617369", "afbeb0f07dfbf5419200f2ccb50bb24f")]
    public void Wrap_VectorsOfRfc5649_Match(string keyData, string expected)
    {
        using var wrapping = SecretBytes.CopyFrom(Convert.FromHexString("5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8"));
        using var key = SecretBytes.CopyFrom(Convert.FromHexString(keyData));
        Assert.Equal(expected, Convert.ToHexStringLower(KeyWrap.Wrap(wrapping, key)));
        Assert.True(KeyWrap.TryUnwrap(wrapping, Convert.FromHexString(expected), out var unwrapped));
        Assert.Equal(keyData, Hex(unwrapped));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(32)]
    [InlineData(1_000)]
    public void TryUnwrap_OwnWrapping_GivesTheKey(int length)
    {
        using var wrapping = SecretBytes.Random(32);
        using var key = SecretBytes.Random(length);
        Assert.True(KeyWrap.TryUnwrap(wrapping, KeyWrap.Wrap(wrapping, key), out var unwrapped));
        Assert.Equal(Hex(key), Hex(unwrapped));
        unwrapped.Dispose();
    }

    [Fact]
    public void TryUnwrap_EveryBitFlipped_IsFalse()
    {
        using var wrapping = SecretBytes.Random(32);
        using var key = SecretBytes.Random(32);
        var wrapped = KeyWrap.Wrap(wrapping, key);
        for (var bit = 0; bit < wrapped.Length * 8; bit++)
        {
            wrapped[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(KeyWrap.TryUnwrap(wrapping, wrapped, out _));
            wrapped[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.True(KeyWrap.TryUnwrap(wrapping, wrapped, out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(15)]
    [InlineData(17)]
    [InlineData(16)]
    [InlineData(24)]
    public void TryUnwrap_NoWrapping_IsFalse(int length)
    {
        using var wrapping = SecretBytes.Random(32);
        Assert.False(KeyWrap.TryUnwrap(wrapping, new byte[length], out var key));
        Assert.Null(key);
    }

    [Fact]
    public void TryUnwrap_AnotherWrappingKey_IsFalse()
    {
        using var wrapping = SecretBytes.Random(32);
        using var other = SecretBytes.Random(32);
        using var key = SecretBytes.Random(32);
        Assert.False(KeyWrap.TryUnwrap(other, KeyWrap.Wrap(wrapping, key), out _));
    }

    private static string Hex(SecretBytes secret)
    {
        using var reader = secret.Read();
        return Convert.ToHexStringLower(reader.Span);
    }
}
