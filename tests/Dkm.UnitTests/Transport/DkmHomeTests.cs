namespace Dkm.UnitTests.Transport;

using System;
using System.IO;
using Dkm.Core;
using Dkm.Transport;
using Xunit;

public sealed class DkmHomeTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("dkm-home-").FullName;

    private KnownHomes Known => new(Path.Combine(root, "state"));

    [Fact]
    public void Find_OneThatCameWithAnArchive_IsRefusedUnlessNamedAndKnownOnceEnsured()
    {
        var home = Path.Combine(root, ".dkm");
        PrivateFile.EnsureDirectory(home);
        File.WriteAllText(Path.Combine(home, "config.json"), "{}");
        File.WriteAllText(Path.Combine(home, KnownHomes.FileName), new string('a', 32));

        var refused = Assert.Throws<DkmException>(() => DkmHome.Find(null, null, root, Known));

        Assert.Equal((ErrorKind.FailedPrecondition, Reasons.HomeConfiguration), (refused.Kind, refused.Reason));
        Assert.Contains($"DKM_HOME='{home}'", refused.Message, StringComparison.Ordinal);
        Assert.Equal(home, DkmHome.Find(null, home, root, Known));
        DkmHome.Ensure(home, Known);
        Assert.Equal(home, DkmHome.Find(null, null, root, Known));
    }

    [Fact]
    public void Find_OneThatWasMadeHere_IsFoundAlsoAfterItWasMoved()
    {
        var made = Path.Combine(root, "a", ".dkm");
        var moved = Path.Combine(root, "b", ".dkm");
        Directory.CreateDirectory(Path.Combine(root, "a"));
        Directory.CreateDirectory(Path.Combine(root, "b"));
        DkmHome.Ensure(made, Known);
        Assert.Equal(made, DkmHome.Find(null, null, Path.Combine(root, "a"), Known));

        Directory.Move(made, moved);

        Assert.Equal(moved, DkmHome.Find(null, null, Path.Combine(root, "b"), Known));
        Assert.Throws<DkmException>(() => DkmHome.Find(null, null, Path.Combine(root, "b"), new KnownHomes(null)));
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void Knows_IdThatIsNone_No(string id)
    {
        File.WriteAllText(Path.Combine(root, KnownHomes.FileName), id);
        Directory.CreateDirectory(Path.Combine(root, "state"));

        Assert.False(Known.Knows(root));
    }

    [Fact]
    public void Find_PathGiven_IsTaken() =>
        Assert.Equal(Path.Combine(root, "x"), DkmHome.Find(Path.Combine(root, "x"), "/elsewhere", root, Known));

    [Fact]
    public void Find_RelativePath_IsMadeAbsolute() =>
        Assert.Equal(Path.Combine(root, "x"), DkmHome.Find("x", null, root, Known));

    [Fact]
    public void Find_Environment_ComesBeforeTheSearch()
    {
        PrivateFile.EnsureDirectory(Path.Combine(root, ".dkm"));

        Assert.Equal(Path.Combine(root, "e"), DkmHome.Find(null, Path.Combine(root, "e"), root, Known));
    }

    [Fact]
    public void Find_Nothing_TakesTheNearestUpwards()
    {
        var below = Path.Combine(root, "a", "b");
        Directory.CreateDirectory(below);
        PrivateFile.EnsureDirectory(Path.Combine(root, ".dkm"));

        Assert.Equal(Path.Combine(root, ".dkm"), DkmHome.Find(null, null, below, Known));
        PrivateFile.EnsureDirectory(Path.Combine(root, "a", ".dkm"));
        Assert.Equal(Path.Combine(root, "a", ".dkm"), DkmHome.Find(null, string.Empty, below, Known));
    }

    [Theory]
    [InlineData(UnixFileMode.OtherWrite)]
    [InlineData(UnixFileMode.GroupWrite)]
    public void Find_OneThatOthersMayWrite_IsRefusedUnlessNamed(UnixFileMode open)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "no file modes on Windows");
        var home = Path.Combine(root, ".dkm");
        Directory.CreateDirectory(home);
        Chmod(home, open | UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        var refused = Assert.Throws<DkmException>(() => DkmHome.Find(null, null, root, Known));

        Assert.Equal((ErrorKind.FailedPrecondition, Reasons.HomeConfiguration), (refused.Kind, refused.Reason));
        Assert.Contains($"chmod go-w '{home}'", refused.Message, StringComparison.Ordinal);
        Assert.Equal(home, DkmHome.Find(null, home, root, Known));
    }

    [Fact]
    public void WhoMayChange_OfAnotherUsersDirectory_SaysSo()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "no file modes on Windows");

        // To root everything belongs.
        Assert.Equal(Environment.IsPrivilegedProcess ? null : "it belongs to another user", PrivateFile.WhoMayChange("/etc"));
    }

    [Fact]
    public void WhoMayChange_OnAReadOnlyFileSystem_SaysSo()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "no file modes on Windows");
        var told = PrivateFile.WhoMayChange(root, (_, _) => throw new IOException("Read-only file system"));

        Assert.StartsWith("it is on a read-only file system", told, StringComparison.Ordinal);
    }

    [Fact]
    public void Ensure_DirectoryInWhichOtherThingsLive_KeepsItsRights()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "no file modes on Windows");
        File.WriteAllText(Path.Combine(root, "letter"), "x");
        const UnixFileMode Shared = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;
        Chmod(root, Shared);

        DkmHome.Ensure(root);

        Assert.Equal(Shared, Mode(root));
    }

    [Fact]
    public void Find_NoneAnywhere_IsHere() => Assert.Equal(Path.Combine(root, ".dkm"), DkmHome.Find(null, null, root, Known));

    [Fact]
    public void ReadConfiguration_Written_ComesBack()
    {
        var written = new HomeConfiguration
        {
            TrustDomain = "dkm.local",
            Access = new Uri("https://127.0.0.1:8443"),
            KeyRing = new Uri("https://127.0.0.1:8444"),
            Crypto = new Uri("https://[::1]:8445"),
        };

        DkmHome.WriteConfiguration(root, written);

        Assert.Equal(written, DkmHome.ReadConfiguration(root));
        Assert.Contains("\"trust_domain\"", File.ReadAllText(Path.Combine(root, "config.json")), StringComparison.Ordinal);
        Assert.Contains("\"keyring\"", File.ReadAllText(Path.Combine(root, "config.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void ReadConfiguration_None_IsNull() => Assert.Null(DkmHome.ReadConfiguration(root));

    [Theory]
    [InlineData("""{"trust_domain":"dkm.local","key_ring":"https://x"}""")]
    [InlineData("""{"trust_domain":"a","trust_domain":"b"}""")]
    [InlineData("""{"access":"https://x"}""")]
    [InlineData("null")]
    [InlineData("{")]
    public void ReadConfiguration_NotAsItShouldBe_IsRefused(string json)
    {
        File.WriteAllText(Path.Combine(root, "config.json"), json);

        var refusal = Assert.Throws<DkmException>(() => DkmHome.ReadConfiguration(root));

        Assert.Equal(Reasons.HomeConfiguration, refusal.Reason);
        Assert.Contains("config.json", refusal.Message, StringComparison.Ordinal);
    }

    private static void Chmod(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }
    }

    private static UnixFileMode Mode(string path) => OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(path);

    public void Dispose() => Directory.Delete(root, recursive: true);
}
