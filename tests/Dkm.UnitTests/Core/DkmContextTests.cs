namespace Dkm.UnitTests.Core;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using CsCheck;
using Dkm.Core;
using Xunit;

public sealed class DkmContextTests
{
    [Fact]
    public void From_NoPairs_IsNothing()
    {
        Assert.True(DkmContext.Empty.Canonical.IsEmpty);
        Assert.True(DkmContext.From([]).Canonical.IsEmpty);
    }

    [Fact]
    public void From_Pairs_AreLengthPrefixedAndSortedByBytes()
    {
        // U+FF5E comes before U+1F511 in UTF-8 and after it in UTF-16.
        var context = Of(("\U0001F511", "k"), ("b", string.Empty), ("\uFF5E", "t"), ("a", "1"), ("B", "2"));
        Assert.Equal(
            "00000001" + "42" + "00000001" + "32"
            + "00000001" + "61" + "00000001" + "31"
            + "00000001" + "62" + "00000000"
            + "00000003" + "efbd9e" + "00000001" + "74"
            + "00000004" + "f09f9491" + "00000001" + "6b",
            Convert.ToHexStringLower(context.Canonical));
    }

    [Fact]
    public void From_PrefixOfAnotherKey_ComesFirst() =>
        Assert.Equal(Of(("a", "2"), ("ab", "1")).Canonical, Of(("ab", "1"), ("a", "2")).Canonical);

    [Fact]
    public void From_NotNormalized_StaysApart() =>
        Assert.NotEqual(Of(("\u00e9", "x")).Canonical.ToArray(), Of(("e\u0301", "x")).Canonical.ToArray());

    [Fact]
    public void From_AnyOrder_IsOneContext() =>
        Gen.Dictionary(Gen.String[Gen.Char['a', 'f'], 1, 4], Gen.String[Gen.Char['a', 'z'], 0, 5])[0, 8].Sample(pairs =>
            DkmContext.From(pairs).Canonical.SequenceEqual(DkmContext.From(pairs.Reverse()).Canonical));

    // Length prefixes make it so that no two lists of pairs have the same bytes.
    [Fact]
    public void From_DifferentPairs_AreDifferentBytes() =>
        Gen.Select(Pairs, Pairs).Sample((left, right) =>
            Same(left, right) == DkmContext.From(left).Canonical.SequenceEqual(DkmContext.From(right).Canonical));

    [Fact]
    public void From_AtTheLimit_EndsThere()
    {
        const int Overhead = 4 + 1 + 4;
        Assert.Equal(DkmContext.MaximumCanonicalLength, Of(("k", new string('x', DkmContext.MaximumCanonicalLength - Overhead))).Canonical.Length);
        var refused = Refuse(("k", new string('x', DkmContext.MaximumCanonicalLength - Overhead + 1)));
        Assert.Equal((Reasons.TooLong, "context"), (refused.Reason, refused.Field));
    }

    [Fact]
    public void From_LimitIsInBytes_NotCharacters() =>
        Assert.Equal(Reasons.TooLong, Refuse(("k", new string('\u00e9', DkmContext.MaximumCanonicalLength / 2))).Reason);

    [Fact]
    public void From_EmptyKey_NamesItsPlace()
    {
        var refused = Refuse(("a", "1"), (string.Empty, "2"));
        Assert.Equal((Reasons.Required, "context[1].key"), (refused.Reason, refused.Field));
    }

    [Fact]
    public void From_KeyTwice_NamesTheSecond()
    {
        var refused = Refuse(("z", "1"), ("a", "1"), ("z", "1"));
        Assert.Equal((Reasons.InvalidField, "context[2].key"), (refused.Reason, refused.Field));
        Assert.Equal("context[1].key", Refuse(("z", "1"), ("z", "2"), ("zz", "3")).Field);
    }

    // Not a theory: the arguments of an attribute are stored as UTF-8, in which there are no lone surrogates.
    [Fact]
    public void From_LoneSurrogate_NamesTheField()
    {
        foreach (var bad in new[] { "\ud800", "\udc00\ud800", "a\ud800b" })
        {
            var key = Refuse(("x", "y"), (bad, "x"));
            Assert.Equal((Reasons.InvalidField, "context[1].key"), (key.Reason, key.Field));
            var value = Refuse(("k", bad));
            Assert.Equal((Reasons.InvalidField, "context[0].value"), (value.Reason, value.Field));
        }
    }

    [Theory]
    [InlineData("ff")]
    [InlineData("c0af")]
    [InlineData("eda080")]
    [InlineData("f4908080")]
    [InlineData("e282")]
    [InlineData("80")]
    public void FromUtf8_IllFormed_NamesTheField(string hex)
    {
        var bad = Convert.FromHexString(hex);
        var good = Encoding.UTF8.GetBytes("x");
        Assert.Equal("context[1].key", Assert.Throws<DkmException>(() => DkmContext.FromUtf8([(good, good), (bad, good)])).Field);
        Assert.Equal("context[0].value", Assert.Throws<DkmException>(() => DkmContext.FromUtf8([(good, bad)])).Field);
    }

    [Fact]
    public void FromUtf8_SameText_IsTheSame() =>
        Assert.Equal(DkmContext.Of("é", "ü").Canonical, DkmContext.FromUtf8([("é"u8.ToArray(), "ü"u8.ToArray())]).Canonical);

    private static Gen<KeyValuePair<string, string>[]> Pairs { get; } =
        Gen.Dictionary(Gen.String[Gen.Char['a', 'b'], 1, 3], Gen.String[Gen.Char['a', 'b'], 0, 3])[0, 3].Select(pairs => pairs.ToArray());

    private static bool Same(KeyValuePair<string, string>[] left, KeyValuePair<string, string>[] right) =>
        left.OrderBy(pair => pair.Key, StringComparer.Ordinal).SequenceEqual(right.OrderBy(pair => pair.Key, StringComparer.Ordinal));

    private static DkmContext Of(params (string Key, string Value)[] pairs) =>
        DkmContext.From(pairs.Select(pair => KeyValuePair.Create(pair.Key, pair.Value)));

    private static DkmException Refuse(params (string Key, string Value)[] pairs)
    {
        var refused = Assert.Throws<DkmException>(() => Of(pairs));
        Assert.Equal(ErrorKind.InvalidArgument, refused.Kind);
        return refused;
    }
}
