namespace Dkm.UnitTests.Cli;

using System;
using System.IO;
using System.Text;
using System.Threading.Tasks;
using Dkm.Cli.Failures;
using Dkm.Cli.Output;
using Xunit;

public sealed class CompleteFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("dkm-cli-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Write_OverAFileOpenToAll_IsTheOwnersAlone()
    {
        var path = Path.Combine(folder, "secret");
        await File.WriteAllTextAsync(path, "old and longer", TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }

        await CompleteFile.WriteAsync(path, "new"u8.ToArray(), TestContext.Current.CancellationToken);

        Assert.Equal("new", await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
        Assert.Equal(["secret"], Array.ConvertAll(Directory.GetFiles(folder), Path.GetFileName));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }
    }

    [Fact]
    public async Task Write_WhereNothingIs_MakesTheFile()
    {
        var path = Path.Combine(folder, "secret");
        await CompleteFile.WriteAsync(path, "new"u8.ToArray(), TestContext.Current.CancellationToken);
        Assert.Equal("new", await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Write_Cancelled_LeavesTheOldFileAndNothingElse()
    {
        var path = Path.Combine(folder, "secret");
        await File.WriteAllTextAsync(path, "old", TestContext.Current.CancellationToken);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => CompleteFile.WriteAsync(path, "new"u8.ToArray(), new System.Threading.CancellationToken(canceled: true)));

        Assert.Equal("old", await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
        Assert.Single(Directory.GetFiles(folder));
    }

    [Fact]
    public async Task Write_ALinkPlantedForTheDraft_IsNotFollowed()
    {
        var path = Path.Combine(folder, "secret");
        var thief = Path.Combine(folder, "thief");
        File.CreateSymbolicLink($"{path}.{Environment.ProcessId}.unfinished", thief);

        await CompleteFile.WriteAsync(path, "new"u8.ToArray(), TestContext.Current.CancellationToken);

        Assert.Equal("new", await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
        Assert.Null(new FileInfo(path).LinkTarget);
        Assert.False(File.Exists(thief));
    }

    [Fact]
    public async Task Write_ThroughALink_KeepsTheLink()
    {
        var target = Path.Combine(folder, "target");
        var link = Path.Combine(folder, "link");
        await File.WriteAllTextAsync(target, "old", TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(link, target);

        await CompleteFile.WriteAsync(link, "new"u8.ToArray(), TestContext.Current.CancellationToken);

        Assert.Equal("new", await File.ReadAllTextAsync(target, TestContext.Current.CancellationToken));
        Assert.Equal(target, new FileInfo(link).LinkTarget);
    }

    [Fact]
    public async Task Write_IntoAFolder_IsAMistakeOfUsage() => await Assert.ThrowsAsync<UsageException>(
        () => CompleteFile.WriteAsync(folder, Encoding.ASCII.GetBytes("x"), TestContext.Current.CancellationToken));

    [Fact]
    public async Task Write_WhereNoFolderIs_NamesTheFolderAndNotTheDraft()
    {
        var missing = Path.Combine(folder, "missing");
        var mistake = await Assert.ThrowsAsync<UsageException>(
            () => CompleteFile.WriteAsync(Path.Combine(missing, "a.dkm"), new byte[1], TestContext.Current.CancellationToken));

        Assert.EndsWith($"there is no folder {missing}", mistake.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("unfinished", mistake.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_ToADevice_LeavesItADevice()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no /dev/null");
        await CompleteFile.WriteAsync("/dev/null", "x"u8.ToArray(), TestContext.Current.CancellationToken);
        Assert.Empty(await File.ReadAllBytesAsync("/dev/null", TestContext.Current.CancellationToken));
    }
}
