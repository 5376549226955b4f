namespace Dkm.UnitTests.Storage;

using System;
using System.Collections.Generic;
using System.Linq;
using Dkm.Core;
using Dkm.Core.Secrets;
using Dkm.Storage;
using Xunit;

public sealed class MultisetDigestTests : IDisposable
{
    private readonly StoreKey key = NewKey("cluster/access");

    public static TheoryData<string, long, ulong> Neighbours => new()
    {
        { "groups/b", 1, 1 }, { "groups/a", 2, 1 }, { "groups/a", 1, 2 }, { "groups/a", 256, 1 }, { "groups/a\0", 1, 1 },
    };

    public void Dispose() => key.Dispose();

    [Fact]
    public void Sum_AnyOrder_IsTheSame()
    {
        var elements = Enumerable.Range(0, 50).Select(i => MultisetDigest.Of(key, $"groups/{i}", i, (ulong)i)).ToList();
        var sum = Sum(elements);

        Assert.Equal(sum, Sum(Enumerable.Reverse(elements)));
        Assert.Equal(Sum(elements.Skip(1)), sum - elements[0]);
        Assert.Equal(default, elements.Aggregate(sum, (left, element) => left - element));
    }

    [Fact]
    public void Sum_TwiceTheSame_IsNotNone()
    {
        var element = MultisetDigest.Of(key, "groups/a", 1, 1);

        Assert.NotEqual(default, element + element);
        Assert.NotEqual(element, element + element);
    }

    [Fact]
    public void Sum_CarriesAndBorrows()
    {
        var ones = new MultisetDigest(UInt128.MaxValue, UInt128.MaxValue);
        var one = new MultisetDigest(0, 1);

        Assert.Equal(default, ones + one);
        Assert.Equal(ones, default(MultisetDigest) - one);
        Assert.Equal(new MultisetDigest(1, 0), new MultisetDigest(0, UInt128.MaxValue) + one);
        Assert.Equal(new MultisetDigest(0, UInt128.MaxValue), new MultisetDigest(1, 0) - one);
        Assert.Equal(new MultisetDigest(1, UInt128.MaxValue - 1), new MultisetDigest(0, UInt128.MaxValue) + new MultisetDigest(0, UInt128.MaxValue));
    }

    [Theory]
    [MemberData(nameof(Neighbours))]
    public void Of_OtherPathVersionOrStamp_Differs(string path, long version, ulong stamp) =>
        Assert.NotEqual(MultisetDigest.Of(key, "groups/a", 1, 1), MultisetDigest.Of(key, path, version, stamp));

    [Fact]
    public void Of_OtherKeyOrScope_Differs()
    {
        using var material = SecretBytes.Random(32);
        using var one = new StoreKey(KeyId.Create(default), material, "cluster/access", default);
        using var same = new StoreKey(KeyId.Create(default), material, "cluster/access", default);
        using var otherScope = new StoreKey(KeyId.Create(default), material, "cluster/keyring", default);

        Assert.Equal(MultisetDigest.Of(one, "a", 1, 1), MultisetDigest.Of(same, "a", 1, 1));
        Assert.NotEqual(MultisetDigest.Of(one, "a", 1, 1), MultisetDigest.Of(otherScope, "a", 1, 1));
        Assert.NotEqual(MultisetDigest.Of(one, "a", 1, 1), MultisetDigest.Of(key, "a", 1, 1));
    }

    [Fact]
    public void Write_ThenRead_IsTheSame()
    {
        var digest = MultisetDigest.Of(key, "groups/a", 1, 1);
        var bytes = new byte[MultisetDigest.Size];
        digest.Write(bytes);

        Assert.Equal(digest, MultisetDigest.Read(bytes));
    }

    internal static StoreKey NewKey(string scope)
    {
        using var material = SecretBytes.Random(StoreKey.Length);
        return new StoreKey(KeyId.Create(DateTimeOffset.UnixEpoch), material, scope, default);
    }

    private static MultisetDigest Sum(IEnumerable<MultisetDigest> elements) => elements.Aggregate(default(MultisetDigest), (sum, element) => sum + element);
}
