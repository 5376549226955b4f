namespace Dkm.UnitTests.Storage;

using System;
using Dkm.Core;
using Dkm.Storage;
using Xunit;

public sealed class ManifestTests
{
    private static readonly Manifest Held = new(new ManifestVersion(2, 10), 3, new MultisetDigest(1, 2), 77, KeyId.Create(DateTimeOffset.UnixEpoch));

    [Fact]
    public void Body_WrittenThenRead_IsTheSame()
    {
        var record = new OpenedRecord("manifest", Held.Header, 0, 1, Held.ToBody());

        Assert.Equal(Held, Manifest.From(record));
        Assert.Null(Manifest.From(record with { Body = record.Body[1..] }));
        Assert.Null(Manifest.From(record with { Header = record.Header with { Type = 1 } }));
    }

    [Theory]
    [InlineData(2, 10, "Same")]
    [InlineData(2, 11, "Next")]
    [InlineData(2, 12, "Ahead")]
    [InlineData(2, 9, "Behind")]
    [InlineData(3, 1, "Ahead")]
    [InlineData(3, 11, "Ahead")]
    [InlineData(1, 11, "Behind")]
    [InlineData(1, 999, "Behind")]
    public void Judge_EachVersion_HasItsRelation(long epoch, long number, string relation) =>
        Assert.Equal(relation, Held.Judge(Held with { Version = new ManifestVersion(epoch, number) }).ToString());

    [Fact]
    public void Judge_SameVersionAnythingElse_IsAFork()
    {
        Assert.Equal(ManifestRelation.Fork, Held.Judge(Held with { OperationId = 78 }));
        Assert.Equal(ManifestRelation.Fork, Held.Judge(Held with { Count = 4 }));
        Assert.Equal(ManifestRelation.Fork, Held.Judge(Held with { Digest = default }));
    }

    [Fact]
    public void NewOperationId_Twice_Differs() => Assert.NotEqual(Manifest.NewOperationId(), Manifest.NewOperationId());

    [Theory]
    [InlineData("manifest", "Manifest")]
    [InlineData("manifests", "Record")]
    [InlineData("sealing/x", "StoreKey")]
    [InlineData("sealing", "Record")]
    [InlineData("election/x", "Leased")]
    [InlineData("holders/x/y", "Leased")]
    [InlineData("groups/manifest", "Record")]
    public void Classify_EachPath_HasItsKind(string path, string kind) => Assert.Equal(kind, ServicePaths.Classify(path).ToString());
}
