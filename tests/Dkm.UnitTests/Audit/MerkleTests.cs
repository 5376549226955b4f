namespace Dkm.UnitTests.Audit;

using System;
using System.Collections.Generic;
using System.Linq;
using Dkm.Audit;
using Xunit;

public sealed class MerkleTests
{
    private const int Sizes = 70;

    /// <summary>The entries and roots with which Certificate Transparency's implementations are tested.</summary>
    private static readonly string[] Entries =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

    private static readonly string[] Roots =
    [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    private static ListedLeaves Published => new(Entries.Select(entry => MerkleHashing.Leaf(Convert.FromHexString(entry))).ToList());

    [Fact]
    public void Root_PublishedEntries_IsThePublishedRoot()
    {
        var range = new CompactRange();
        Assert.Equal(Roots[0], range.Root.ToString());
        foreach (var (leaf, root) in Published.Leaves.Zip(Roots.Skip(1)))
        {
            range.Append(leaf);
            Assert.Equal(root, range.Root.ToString());
        }
    }

    [Fact]
    public void Proofs_PublishedEntries_AreThePublishedOnes()
    {
        string[] fromTheLeft =
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ];
        string[] fromTwoToFive = [fromTheLeft[1], "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"];

        Assert.Equal(fromTheLeft, TreeProofs.Inclusion(Published, 0, 8).Select(hash => hash.ToString()));
        Assert.Equal(fromTheLeft, TreeProofs.Consistency(Published, 1, 8).Select(hash => hash.ToString()));
        Assert.Equal(fromTwoToFive, TreeProofs.Consistency(Published, 2, 5).Select(hash => hash.ToString()));
    }

    [Fact]
    public void Inclusion_EveryLeafOfEverySize_IsTheRfcsAndVerifiesForThatLeafAlone()
    {
        var all = ListedLeaves.Of(Sizes);
        for (var size = 1; size <= Sizes; size++)
        {
            var leaves = all.Leaves.Take(size).ToList();
            var root = ListedLeaves.Root(leaves);
            for (var index = 0; index < size; index++)
            {
                var proof = TreeProofs.Inclusion(all, index, size);

                Assert.Equal(ListedLeaves.Inclusion(index, leaves), proof);
                Assert.True(TreeVerification.Inclusion(leaves[index], index, size, proof, root));
                Assert.DoesNotContain(
                    Enumerable.Range(0, size), other => other != index && TreeVerification.Inclusion(leaves[index], other, size, proof, root));
                Assert.All(Spoilt(proof), wrong => Assert.False(TreeVerification.Inclusion(leaves[index], index, size, wrong, root)));
                Assert.False(TreeVerification.Inclusion(leaves[index], index, size, proof, leaves[index] == root ? MerkleHashing.Empty : leaves[index]));
            }

            Assert.False(TreeVerification.Inclusion(leaves[0], size, size, [], root));
            Assert.False(TreeVerification.Inclusion(leaves[0], -1, size, [], root));
        }
    }

    [Fact]
    public void Consistency_EveryPairOfSizes_IsTheRfcsAndVerifiesForThesePairsAlone()
    {
        var all = ListedLeaves.Of(Sizes);
        var roots = Enumerable.Range(0, Sizes + 1).Select(size => ListedLeaves.Root(all.Leaves.Take(size).ToList())).ToList();
        for (var second = 0; second <= Sizes; second++)
        {
            for (var first = 0; first <= second; first++)
            {
                var proof = TreeProofs.Consistency(all, first, second);

                Assert.Equal(first == 0 ? [] : ListedLeaves.Consistency(first, all.Leaves.Take(second).ToList()), proof);
                Assert.True(TreeVerification.Consistency(first, second, roots[first], roots[second], proof));
                Assert.All(Spoilt(proof), wrong => Assert.False(TreeVerification.Consistency(first, second, roots[first], roots[second], wrong)));
                Assert.False(TreeVerification.Consistency(first, second, MerkleHashing.Leaf([1, 2, 3]), roots[second], proof));
                Assert.False(first > 0 && TreeVerification.Consistency(first, second, roots[first], MerkleHashing.Leaf([1, 2, 3]), proof));
                Assert.False(second > first && TreeVerification.Consistency(second, first, roots[second], roots[first], proof));
            }
        }
    }

    [Fact]
    public void Peaks_GoneOnWith_MakeTheSameTree()
    {
        var all = ListedLeaves.Of(Sizes);
        for (var size = 0; size < Sizes; size++)
        {
            var whole = new CompactRange();
            all.Leaves.Take(size).ToList().ForEach(leaf => whole.Append(leaf));
            var copy = CompactRange.Of(size, whole.Peaks());
            copy.Append(all.Leaves[size]);

            Assert.Equal(ListedLeaves.Root(all.Leaves.Take(size + 1).ToList()), copy.Root);
            Assert.Equal(size + 1, copy.Size);
        }
    }

    [Fact]
    public void Base64_AnyOtherSpelling_IsRefused()
    {
        var text = MerkleHashing.Empty.ToBase64();

        Assert.True(AuditHash.TryParseBase64(text, out var hash));
        Assert.Equal(MerkleHashing.Empty, hash);
        Assert.All([text[..^1], text + "=", " " + text, text[..^2] + "V=", text.ToUpperInvariant() + "A", ""], wrong => Assert.False(AuditHash.TryParseBase64(wrong, out _)));
    }

    private static IEnumerable<IReadOnlyList<AuditHash>> Spoilt(IReadOnlyList<AuditHash> proof)
    {
        yield return [.. proof, MerkleHashing.Empty];
        yield return [MerkleHashing.Empty, .. proof];
        for (var i = 0; i < proof.Count; i++)
        {
            yield return [.. proof.Take(i), .. proof.Skip(i + 1)];
            yield return [.. proof.Take(i), MerkleHashing.Leaf([9]), .. proof.Skip(i + 1)];
        }
    }
}
