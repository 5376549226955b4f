namespace Dkm.UnitTests.Audit;

using System;
using System.IO;
using System.Linq;
using System.Runtime.Versioning;
using System.Threading.Tasks;
using Dkm.Audit;
using Dkm.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

/// <summary>The same on a real file system.</summary>
public sealed class LogOnDiskTests : IDisposable
{
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("dkm-audit-");

    private AuditLogOptions Options => new()
    {
        Directory = Path.Combine(root.FullName, "audit"),
        StateDirectory = Path.Combine(root.FullName, "state"),
        SegmentSize = 5000,
    };

    private string KeyPath => Path.Combine(root.FullName, "state", "audit.key");

    public void Dispose() => root.Delete(recursive: true);

    [Fact]
    public async Task Log_WrittenReopenedAndVerified_IsWhole()
    {
        SignedNote anchor;
        for (var run = 0; run < 2; run++)
        {
            using var key = LogKey.Open(KeyPath, "mail.example", "crypto");
            await using var log = AuditLog.Open(Options, key, TimeProvider.System, NullLogger.Instance);
            await Task.WhenAll(Enumerable.Range(0, 100).Select(number => log.AppendAsync(TestLog.Entry(number))));
            Assert.Equal((run + 1) * 100, log.Read(0, 1000).Count);
        }

        using var again = LogKey.Open(KeyPath, "mail.example", "crypto");
        await using (var log = AuditLog.Open(Options, again, TimeProvider.System, NullLogger.Instance))
        {
            anchor = log.SignCheckpoint();
        }

        var report = LogVerifier.Verify(Options.Directory, again.Signer.Verifier, AnchorList.Of([anchor], again.Signer.Verifier), TestContext.Current.CancellationToken);
        Assert.Equal((null, 200, 200), (report.Finding, report.Size, report.Anchored));
    }

    [Fact]
    public async Task Files_AllOfThem_AreTheirOwnersOnly()
    {
        using (var key = LogKey.Open(KeyPath, "mail.example", "crypto"))
        await using (var log = AuditLog.Open(Options, key, TimeProvider.System, NullLogger.Instance))
        {
            await log.AppendAsync(TestLog.Entry(0));
        }

        var files = root.GetFiles("*", SearchOption.AllDirectories);
        Assert.True(files.Length >= 5);
        Assert.All(files, file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, file.UnixFileMode));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void Key_ReadableByOthersOrShort_IsRefused()
    {
        LogKey.Open(KeyPath, "mail.example", "crypto").Dispose();
        File.SetUnixFileMode(KeyPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.Equal(Reasons.AuditDamaged, Assert.Throws<DkmException>(() => LogKey.Open(KeyPath, "mail.example", "crypto")).Reason);

        File.SetUnixFileMode(KeyPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllBytes(KeyPath, new byte[63]);
        Assert.Equal(Reasons.AuditDamaged, Assert.Throws<DkmException>(() => LogKey.Open(KeyPath, "mail.example", "crypto")).Reason);
    }

    [Fact]
    public void Digest_OfAContext_IsTheSameForTheSameContextAndKeyAlone()
    {
        using var key = LogKey.Open(KeyPath, "mail.example", "crypto");
        using var same = LogKey.Open(KeyPath, "mail.example", "crypto");
        using var other = new LogKey("mail.example", "crypto", new byte[64]);
        var context = DkmContext.Of("account", "ann@mail.example");

        Assert.Equal(key.Digest(context), same.Digest(context));
        Assert.NotEqual(key.Digest(context), other.Digest(context));
        Assert.NotEqual(key.Digest(context), key.Digest(DkmContext.Of("account", "bob@mail.example")));
    }
}
