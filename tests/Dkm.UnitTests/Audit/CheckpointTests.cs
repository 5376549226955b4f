namespace Dkm.UnitTests.Audit;

using System;
using Dkm.Audit;
using Xunit;

public sealed class CheckpointTests
{
    /// <summary>The example of C2SP tlog-checkpoint.</summary>
    private const string Published = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

    [Fact]
    public void TryParse_PublishedText_IsReadAndWrittenTheSame()
    {
        Assert.True(Checkpoint.TryParse(Published, out var checkpoint));
        Assert.Equal(20852163, checkpoint.Size);
        Assert.Equal("example.com/behind-the-sofa", checkpoint.Origin);
        Assert.Equal(Published, checkpoint.Text);
    }

    [Fact]
    public void TryParse_EveryOtherSpelling_IsRefused() => Assert.All(
        [
            "", Published[..^1], Published + "more\n", "\n" + Published[Published.IndexOf('\n', StringComparison.Ordinal)..],
            Published.Replace("\n2085", "\n02085", StringComparison.Ordinal), Published.Replace("\n2085", "\n-2085", StringComparison.Ordinal),
            Published.Replace("\n2085", "\n 2085", StringComparison.Ordinal), Published.Replace("2I=", "2J=", StringComparison.Ordinal),
            Published.Replace("20852163", "99999999999999999999", StringComparison.Ordinal),
        ],
        text => Assert.False(Checkpoint.TryParse(text, out _), text));

    [Fact]
    public void Open_OfAnotherLog_IsNull()
    {
        using var signer = new NoteSigner("one", NoteKind.Signature, new byte[32]);
        var own = signer.Sign(new Checkpoint("one", 3, MerkleHashing.Empty).Text, default(DateTimeOffset).AddYears(2000));
        var others = signer.Sign(new Checkpoint("two", 3, MerkleHashing.Empty).Text, default(DateTimeOffset).AddYears(2000));

        Assert.Equal(3, Checkpoint.Open(own, signer.Verifier)?.Size);
        Assert.Null(Checkpoint.Open(others, signer.Verifier));
    }
}
