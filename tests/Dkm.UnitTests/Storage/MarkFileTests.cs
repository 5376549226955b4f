namespace Dkm.UnitTests.Storage;

using System;
using System.IO;
using Dkm.Core;
using Dkm.Storage;
using Dkm.Testing.Storage;
using Xunit;

/// <summary>The file that outlives a replica. Real files: what is tested is what lies on the disk.</summary>
public sealed class MarkFileTests : IDisposable
{
    private readonly StoreDirectory directory = new();

    private string Path => directory.File("access.mark");

    public void Dispose() => directory.Dispose();

    [Fact]
    public void Open_AfterWrites_HasTheLast()
    {
        for (var number = 1; number <= 3; number++)
        {
            Write(number);
            using var again = MarkFile.Open(directory.Path, "access");
            Assert.Equal(("cluster", new ManifestVersion(1, number)), (again.ClusterId, again.Version));
        }
    }

    [Fact]
    public void Open_AWriteCutOff_HasTheOneBefore()
    {
        Write(1);
        Write(2);
        var whole = File.ReadAllBytes(Path);
        whole[128 + 30] ^= 1;
        File.WriteAllBytes(Path, whole);

        using var file = MarkFile.Open(directory.Path, "access");
        Assert.Equal(new ManifestVersion(1, 1), file.Version);
    }

    [Fact]
    public void Open_NothingToBelieve_IsRefused()
    {
        Write(1);
        var whole = File.ReadAllBytes(Path);
        whole[30] ^= 1;
        File.WriteAllBytes(Path, whole);

        var error = Assert.Throws<DkmException>(() => MarkFile.Open(directory.Path, "access"));
        Assert.Equal(Reasons.StoreRefused, error.Reason);
        Assert.Contains("are damaged", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_TheFirstWriteCutOff_IsNew()
    {
        File.WriteAllText(Path, "dkm-mark-1 clus");

        using var file = MarkFile.Open(directory.Path, "access");
        Assert.Null(file.ClusterId);
    }

    [Fact]
    public void Open_Twice_IsUnavailable()
    {
        using var first = MarkFile.Open(directory.Path, "access");

        Assert.Equal(ErrorKind.Unavailable, Assert.Throws<DkmException>(() => MarkFile.Open(directory.Path, "access")).Kind);
        MarkFile.Open(directory.Path, "keyring").Dispose();
    }

    private void Write(long number)
    {
        using var file = MarkFile.Open(directory.Path, "access");
        file.Write("cluster", new ManifestVersion(1, number));
    }
}
