namespace Dkm.UnitTests.Audit;

using System.IO;
using System.Linq;
using Dkm.Audit;
using Xunit;

public sealed class TreeFilesTests
{
    private const int Leaves = 1200;

    [Fact]
    public void Node_EveryNodeOfEveryLevel_IsTheLeaves()
    {
        var all = ListedLeaves.Of(Leaves);
        using var tree = new TreeFiles(new MemoryFiles(), "/log/tree");
        var range = new CompactRange();
        foreach (var leaf in all.Leaves)
        {
            range.Append(leaf, tree);
            if (range.Size % 7 == 0)
            {
                tree.Write();
            }
        }

        tree.Write();
        for (var level = 0; Leaves >> level > 0; level++)
        {
            Assert.All(Enumerable.Range(0, Leaves >> level), index => Assert.Equal(all.Node(level, index), tree.Node(level, index)));
        }

        Assert.Equal(range.Root, TreeProofs.Root(tree, 0, Leaves));
        Assert.Throws<InvalidDataException>(() => tree.Node(0, Leaves));
        Assert.Throws<InvalidDataException>(() => tree.Node(8, Leaves >> 8));
    }

    [Fact]
    public void Write_AcrossTwoFiles_IsReadBack()
    {
        using var tree = new TreeFiles(new MemoryFiles(), "/log/tree");
        var leaves = ListedLeaves.Of(20).Leaves;
        for (var i = 0; i < leaves.Count; i++)
        {
            tree.Completed(0, TreeFiles.ChunkHashes - 10 + i, leaves[i]);
        }

        tree.Write();

        Assert.Equal(leaves, Enumerable.Range(0, 20).Select(i => tree.Node(0, TreeFiles.ChunkHashes - 10 + i)));
    }
}
