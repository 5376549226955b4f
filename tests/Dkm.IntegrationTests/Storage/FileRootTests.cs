namespace Dkm.IntegrationTests.Storage;

using System;
using System.IO;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Core.Secrets;
using Dkm.Storage;
using Dkm.Testing.Storage;
using Xunit;

public sealed class FileRootTests : IDisposable
{
    private readonly StoreDirectory directory = new();

    private string Path => directory.File("access.root");

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task Open_CreatedOnDemand_WrapsAndUnwrapsAcrossRestarts()
    {
        using var key = SecretBytes.Random(32);
        byte[] wrapped;
        string id;
        using (var root = FileRoot.Open(Path, create: true))
        {
            wrapped = await root.WrapAsync(key, TestContext.Current.CancellationToken);
            id = root.Id;
        }

        using var again = FileRoot.Open(Path);
        using var unwrapped = await again.UnwrapAsync(wrapped, TestContext.Current.CancellationToken);
        Assert.Equal(id, again.Id);
        Assert.True(AreEqual(key, unwrapped));
        Assert.Equal(32, new FileInfo(Path).Length);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
        }
    }

    [Fact]
    public async Task Unwrap_OtherRoot_IsDenied()
    {
        using var one = FileRoot.Open(Path, create: true);
        using var other = FileRoot.Open(directory.File("other.root"), create: true);
        using var key = SecretBytes.Random(32);
        var wrapped = await one.WrapAsync(key, TestContext.Current.CancellationToken);

        Assert.NotEqual(one.Id, other.Id);
        var error = await Assert.ThrowsAsync<DkmException>(() => other.UnwrapAsync(wrapped, TestContext.Current.CancellationToken));
        Assert.Equal((ErrorKind.FailedPrecondition, Reasons.RootDenied), (error.Kind, error.Reason));
    }

    [Fact]
    public void Open_Missing_IsUnavailable() => Unavailable(Path);

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void Open_WrongLength_IsUnavailable(int length)
    {
        File.WriteAllBytes(Path, new byte[length]);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        Unavailable($"{length} bytes");
    }

    [Fact]
    public void Open_WritableByOthers_IsUnavailable()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "file modes are Unix's");
        FileRoot.Open(Path, create: true).Dispose();
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite);
        }

        Unavailable("chmod go-w");
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    public void Open_ReadableByOthers_IsUnavailableOutsideDevelopment(UnixFileMode others)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "file modes are Unix's");
        FileRoot.Open(Path, create: true).Dispose();
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | others);
        }

        Unavailable($"chmod 0600 {Path}");
        FileRoot.Open(Path, create: true).Dispose();
    }

    /// <summary>What Kubernetes makes of a secret in a pod with a group: a link to a file of root's, 0440.</summary>
    [Theory]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.GroupRead, true)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead, false)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.GroupWrite, false)]
    public void Open_GroupMayRead_TakesAMountedSecretThatNobodyElseReads(UnixFileMode mode, bool taken)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "file modes are Unix's");
        FileRoot.Open(Path, create: true).Dispose();
        var link = directory.File("mounted.root");
        File.CreateSymbolicLink(link, Path);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path, mode);
        }

        Assert.Equal(taken, Xunit.Record.Exception(() => FileRoot.Open(link, groupMayRead: true).Dispose()) is null);
        Assert.Throws<DkmException>(() => FileRoot.Open(link).Dispose());
    }

    private static bool AreEqual(SecretBytes one, SecretBytes other)
    {
        using var left = one.Read();
        using var right = other.Read();
        return left.Span.SequenceEqual(right.Span);
    }

    private void Unavailable(string text)
    {
        var error = Assert.Throws<DkmException>(() => FileRoot.Open(Path));
        Assert.Equal((ErrorKind.Unavailable, Reasons.RootUnavailable), (error.Kind, error.Reason));
        Assert.Contains(text, error.Message, StringComparison.Ordinal);
    }
}
