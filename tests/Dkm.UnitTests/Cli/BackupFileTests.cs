namespace Dkm.UnitTests.Cli;

using System;
using System.IO;
using System.Linq;
using Dkm.Backup.V1;
using Dkm.Cli.Backups;
using Dkm.Cli.Failures;
using Dkm.Core;
using Dkm.Core.Backups;
using Google.Protobuf;
using Xunit;

public sealed class BackupFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("dkm-cli-").FullName;

    private string Named => Path.Combine(folder, "monday");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(DkmService.Access, "access")]
    [InlineData(DkmService.KeyRing, "keyring")]
    public void Pieces_OfAFileThatStays_AreTheSection(DkmService service, string name)
    {
        File.WriteAllBytes(Named, Backup("one", "one"));
        using var file = BackupFile.Open(Named);

        Assert.Equal(Section(name, "one"), file.Pieces(service).SelectMany(piece => piece));
    }

    [Fact]
    public void Open_SectionsOfTwoBackups_IsRefused()
    {
        File.WriteAllBytes(Named, Backup("one", "two"));

        Assert.Equal(Reasons.BackupInvalid, Assert.Throws<DkmException>(() => BackupFile.Open(Named)).Reason);
    }

    /// <summary>The services cannot tell: each section is a good one.</summary>
    [Theory]
    [InlineData("one", "two", DkmService.KeyRing)]
    [InlineData("two", "one", DkmService.Access)]
    public void Pieces_OfAFileThatIsAnotherBackupsByNow_EndBeforeTheLast(string access, string keyRing, DkmService service)
    {
        File.WriteAllBytes(Named, Backup("one", "one"));
        using var file = BackupFile.Open(Named);

        // In its place, as somebody may who has it open already.
        using (var writer = new FileStream(Named, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            writer.Write(Backup(access, keyRing));
        }

        var sent = 0L;
        var mistake = Assert.Throws<UsageException>(() => sent = file.Pieces(service).Sum(piece => sent += piece.Length));
        Assert.Contains("was changed while it was read", mistake.Message, StringComparison.Ordinal);
        Assert.True(sent < Section("access", "one").Length);
    }

    [Fact]
    public void Pieces_OfAFileThatWasCutMeanwhile_EndBeforeTheLast()
    {
        File.WriteAllBytes(Named, Backup("one", "one"));
        using var file = BackupFile.Open(Named);
        using (var writer = new FileStream(Named, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            writer.SetLength(writer.Length - 1);
        }

        Assert.Throws<UsageException>(() => file.Pieces(DkmService.KeyRing).Count());
    }

    private static byte[] Backup(string access, string keyRing) => [.. BackupFormat.Magic, .. Section("access", access), .. Section("keyring", keyRing)];

    private static byte[] Section(string service, string backupId) =>
    [
        .. Frame(BackupPart.Header, new SectionHeader { Format = BackupFormat.Version, BackupId = backupId, Service = service, ClusterId = new string('a', 32), StoreRevision = 7 }),
        .. Frame(BackupPart.Entry, new SectionEntry { Path = "manifest", Value = ByteString.CopyFrom(new byte[300_000]) }),
        .. Frame(BackupPart.Trailer, new SectionTrailer { EntryCount = 1, Mac = ByteString.CopyFrom(new byte[32]) }),
    ];

    private static byte[] Frame(BackupPart part, IMessage message)
    {
        var frame = new byte[BackupFrame.HeadSize + message.CalculateSize()];
        new BackupFrame(part, message.CalculateSize()).Write(frame);
        message.WriteTo(frame.AsSpan(BackupFrame.HeadSize));
        return frame;
    }
}
