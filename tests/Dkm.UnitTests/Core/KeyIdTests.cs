namespace Dkm.UnitTests.Core;

using System;
using System.Collections.Generic;
using Dkm.Core;
using Xunit;

public sealed class KeyIdTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    [Fact]
    public void Create_AtATime_IsAUuidOfVersion7()
    {
        var id = KeyId.Create(Start);
        var guid = Guid.ParseExact(id.ToString(), "D");
        Assert.Equal(7, guid.Version);
        Assert.Equal(0b10, guid.Variant >> 2);
        Assert.Equal(Start.ToUnixTimeMilliseconds(), Convert.ToInt64(id.ToString()[..13].Replace("-", string.Empty, StringComparison.Ordinal), 16));
    }

    [Fact]
    public void Create_ManyInOneMillisecond_AreDistinct()
    {
        var seen = new HashSet<KeyId>();
        for (var i = 0; i < 10_000; i++)
        {
            Assert.True(seen.Add(KeyId.Create(Start)));
        }
    }

    [Fact]
    public void CompareTo_LaterMillisecond_IsGreater()
    {
        var earlier = KeyId.Create(Start);
        var later = KeyId.Create(Start.AddMilliseconds(1));
        Assert.True(earlier < later);
        Assert.True(later > earlier);
        Assert.True(earlier.CompareTo(later) < 0);
        Assert.True(string.CompareOrdinal(earlier.ToString(), later.ToString()) < 0);
        Assert.True(earlier <= KeyId.Read(earlier.ToByteArray()));
        Assert.True(earlier >= KeyId.Read(earlier.ToByteArray()));
    }

    [Fact]
    public void Write_AnyId_IsNetworkByteOrder()
    {
        Assert.True(KeyId.TryParse("00010203-0405-0607-0809-0a0b0c0d0e0f", out var id));
        Assert.Equal("000102030405060708090a0b0c0d0e0f", Convert.ToHexStringLower(id.Value.ToByteArray()));
        Assert.Equal("00010203-0405-0607-0809-0a0b0c0d0e0f", id.Value.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("019B7CA9-8C88-7710-8689-8DC92F814EAD")]
    [InlineData("{019b7ca9-8c88-7710-8689-8dc92f814ead}")]
    [InlineData("019b7ca98c8877108689 8dc92f814ead")]
    [InlineData("019b7ca98c88771086898dc92f814ead")]
    [InlineData(" 019b7ca9-8c88-7710-8689-8dc92f814ead")]
    [InlineData("019b7ca9-8c88-7710-8689-8dc92f814ea")]
    [InlineData("+19b7ca9-8c88-7710-8689-8dc92f814ead")]
    [InlineData("0x9b7ca9-8c88-7710-8689-8dc92f814ead")]
    public void TryParse_AnyOtherSpelling_IsFalse(string? text) => Assert.False(KeyId.TryParse(text, out _));
}
