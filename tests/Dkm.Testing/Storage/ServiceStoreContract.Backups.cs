namespace Dkm.Testing.Storage;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using Dkm.Backup.V1;
using Dkm.Core;
using Dkm.Core.Backups;
using Dkm.Storage;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using Record = Dkm.Storage.Record;

/// <content>Backups, and the restores of them.</content>
public abstract partial class ServiceStoreContract
{
    /// <summary>What may be done to a section on its way.</summary>
    public enum Mangling
    {
        CutInAFrame,
        CutBetweenFrames,
        HeaderBit,
        RecordBit,
        ManifestBit,
        StoreKeyBit,
        TrailerBit,
        RecordLeftOut,
        RecordsSwapped,
        RecordTwice,
        RecordOfAnotherPath,
        RecordOfAnotherTime,
        ManifestOfAnotherTime,
        TrailerOfAnotherTime,
        HeaderOfAnotherBackup,
        OtherService,
        OtherInstallation,
        UnknownFormat,
        SomethingBehind,
        Empty,
        Noise,
    }

    public static TheoryData<Mangling> Manglings => [.. Enum.GetValues<Mangling>()];

    [Fact]
    public async Task Backup_RestoredIntoAnEmptyStore_BringsAllBackUnderANewEpoch()
    {
        var (service, observer) = await OpenAsync();
        await FillAsync(service);
        var section = await BackUpAsync(service);
        await PutAsync(service, "groups/after", "too late");
        var before = Bodies(observer);
        await EmptyAsync();

        var result = await RestoreAsync(section);

        Assert.Equal((new ManifestVersion(2, 6), 251L), (result.Version, result.Records));
        var (restored, ofRestored) = await OpenAsync();
        Assert.Equal(before.Replace(" groups/after=too late", string.Empty, StringComparison.Ordinal), Bodies(ofRestored));
        Assert.Equal(result.Version, restored.Version);
        await PutAsync(restored, "groups/0-0", "goes on", 2);
        Assert.Equal(ofRestored.Content, (await OpenAsync()).Observer.Content);
    }

    [Fact]
    public async Task Backup_WhileOthersWrite_IsOfOneRevision()
    {
        var faulty = new FaultyStore(Store);
        var (service, observer) = await OpenAsync(over: faulty);
        await FillAsync(service);
        var (before, pages) = (Bodies(observer), 0);
        faulty.BeforePage = async _ =>
        {
            if (++pages is > 2 and < 20)
            {
                await PutAsync(service, $"groups/new-{pages}", "new");
            }
        };

        var section = await BackUpAsync(service);

        faulty.BeforePage = _ => Task.CompletedTask;
        Assert.True(pages > 3);
        await EmptyAsync();
        await RestoreAsync(section);
        Assert.Equal(before, Bodies((await OpenAsync()).Observer));
    }

    [Fact]
    public async Task Backup_AtARevision_IsOfThatOneUntilItIsCompacted()
    {
        var (service, _) = await OpenAsync();
        await PutAsync(service, "groups/a", "A");
        var revision = Header(await BackUpAsync(service)).StoreRevision;
        await PutAsync(service, "groups/b", "B");

        var again = Header(await BackUpAsync(service, revision));
        Assert.Equal((1L, 2L, revision), (again.Epoch, again.Number, again.StoreRevision));
        await Store.CompactAsync((await Store.GetAsync(StorePath.Cluster, 0, Token)).Revision, Token);
        await FailsAsync(() => BackUpAsync(service, revision), ErrorKind.Aborted, Reasons.RevisionGone);
    }

    [Fact]
    public async Task Backup_WhileOneIsMade_IsRefused()
    {
        var (service, _) = await OpenAsync();
        var gate = new TaskCompletionSource();
        var first = service.BackupAsync("one", 0, (_, _) => gate.Task, Token);

        await FailsAsync(() => BackUpAsync(service), ErrorKind.ResourceExhausted, Reasons.TooMany);
        gate.SetResult();
        await first;
        await BackUpAsync(service);
    }

    [Theory]
    [MemberData(nameof(Tamperings))]
    public async Task Backup_OfAStoreThatWasTamperedWith_GetsNoTrailer(Tampering tampering)
    {
        // Nothing tells the replica but what the backup itself reads.
        var (service, _) = await OpenAsync(over: new FaultyStore(Store) { OnWatch = _ => null });
        var writes = await DescribeAsync(tampering, await PrepareAsync(service));
        await TamperAsync(writes);
        var sent = new List<byte>();

        await Assert.ThrowsAsync<DkmException>(() => service.BackupAsync("b", 0, (piece, _) => AddAsync(sent, piece), Token));
        Assert.DoesNotContain(Frames([.. sent]), frame => frame[0] == (byte)BackupPart.Trailer);
    }

    [Fact]
    public async Task Backup_OfAnOlderStateThatWasPutBack_IsRefused()
    {
        var (service, _) = await OpenAsync(over: new FaultyStore(Store) { OnWatch = _ => null });
        await PutAsync(service, "groups/a", "A");
        var old = await CopyAsync();
        await PutAsync(service, "groups/b", "B");
        await PutBackAsync(old);

        await FailsAsync(() => BackUpAsync(service), ErrorKind.FailedPrecondition, Reasons.StoreRefused);
        await FailsAsync(() => BackUpAsync(service, 2), ErrorKind.FailedPrecondition, Reasons.StoreRefused);
    }

    [Fact]
    public async Task Backup_Header_NamesTheRootsThatAreNeeded()
    {
        var options = WatchOnly with { RecordRoots = new RecordRoots("wrapping/", record => [Encoding.UTF8.GetString(record.Body.Span)]) };
        var (service, _) = await OpenAsync(options);
        await PutAsync(service, "wrapping/1", "another root");
        var section = await BackUpAsync(service);

        Assert.Equal(["another root", "memory"], Header(section).RootIds);
        await EmptyAsync();
        var error = await FailsAsync(() => RestoreAsync(section, options), ErrorKind.FailedPrecondition, Reasons.RootDenied);
        Assert.Contains("root another root", error.Message, StringComparison.Ordinal);
        Assert.Empty(await CopyAsync());
    }

    [Theory]
    [MemberData(nameof(Manglings))]
    public async Task Restore_SectionMangled_IsRefusedAndNothingWritten(Mangling mangling)
    {
        var (service, _) = await OpenAsync();
        await FillAsync(service);
        var earlier = await BackUpAsync(service, backupId: "earlier");
        await PutAsync(service, "groups/0-0", "new", 2);
        var section = Frames(await BackUpAsync(service));
        Mangle(section, Frames(earlier), mangling);
        await EmptyAsync();

        var error = await FailsAsync(() => RestoreAsync(Join(section)), ErrorKind.InvalidArgument, Reasons.BackupInvalid);

        Assert.Equal("section", error.Field);
        Assert.Empty(await CopyAsync());
    }

    [Fact]
    public async Task Restore_EveryByteOfASmallSectionFlipped_IsRefused()
    {
        var (service, _) = await OpenAsync();
        await PutAsync(service, "groups/a", "A");
        var section = await BackUpAsync(service);
        await EmptyAsync();
        for (var i = 0; i < section.Length; i++)
        {
            var flipped = section.ToArray();
            flipped[i] ^= 0x10;
            var error = await Assert.ThrowsAsync<DkmException>(() => RestoreAsync(flipped));

            // The name of a root may have become another's.
            Assert.True(error.Reason is Reasons.BackupInvalid or Reasons.RootDenied, $"byte {i}: {error.Reason}");
        }

        Assert.Empty(await CopyAsync());
        await RestoreAsync(section);
    }

    [Fact]
    public async Task Restore_WithAnotherRoot_NamesTheOneThatIsNeeded()
    {
        var (service, _) = await OpenAsync();
        await PutAsync(service, "groups/a", "A");
        var section = await BackUpAsync(service);
        await EmptyAsync();
        using var other = new MemoryRoot("other");

        var error = await FailsAsync(() => RestoreAsync(section, by: other), ErrorKind.FailedPrecondition, Reasons.RootDenied);
        Assert.Contains("needs root memory, and the root given is other", error.Message, StringComparison.Ordinal);
        Assert.Empty(await CopyAsync());
    }

    [Theory]
    [InlineData("manifest")]
    [InlineData("groups/0-0")]
    [InlineData("groups/zz")]
    [InlineData("a/first")]
    [InlineData("sealing/0198c6a4-7f7a-7c3e-9d0c-3f6f5d9b8a11")]
    public async Task Restore_SomethingElseInTheStore_IsRefusedAndNothingWritten(string path)
    {
        var (service, _) = await OpenAsync();
        await FillAsync(service);
        var section = await BackUpAsync(service);
        await EmptyAsync();
        await TamperAsync([(path, "something"u8.ToArray())]);

        var error = await FailsAsync(() => RestoreAsync(section), ErrorKind.FailedPrecondition, Reasons.StoreNotEmpty);
        Assert.Contains(path == "manifest" ? "records of access" : path, error.Message, StringComparison.Ordinal);
        Assert.Single(await CopyAsync());
    }

    [Fact]
    public async Task Restore_StoreOfAnotherInstallation_IsRefused()
    {
        var (service, _) = await OpenAsync();
        var section = await BackUpAsync(service);
        await EmptyAsync();
        await OpenAsync(service: "keyring");

        await FailsAsync(() => RestoreAsync(section), ErrorKind.FailedPrecondition, Reasons.StoreNotEmpty);
    }

    [Fact]
    public async Task Restore_InterruptedAtEachWrite_GoesOnWhenAskedAgain()
    {
        var (service, observer) = await OpenAsync();
        await FillAsync(service);
        var section = await BackUpAsync(service);
        var before = Bodies(observer);
        var write = 0;
        for (var reached = true; reached;)
        {
            write++;
            foreach (var fault in (CommitFault[])[CommitFault.Unavailable, CommitFault.AfterApplying])
            {
                await EmptyAsync();
                var commits = 0;
                var faulty = new FaultyStore(Store) { OnCommit = _ => ++commits == write ? fault : CommitFault.None };
                var failure = await Xunit.Record.ExceptionAsync(() => RestoreAsync(section, over: faulty, rewrite: Shout));
                reached = commits >= write;
                Assert.Equal(reached ? ErrorKind.Unavailable : (ErrorKind?)null, (failure as DkmException)?.Kind);

                // What is there by now is refused by everybody, and the next attempt goes on from it; or it is all that was to be.
                if ((await Store.GetAsync(StorePath.Manifest(Service), 0, Token)).Entry is null)
                {
                    if ((await CopyAsync()).Count > 1)
                    {
                        await FailsAsync(() => OpenAsync(), ErrorKind.FailedPrecondition, Reasons.StoreRefused);
                    }

                    await RestoreAsync(section, rewrite: Shout);
                }
            }
        }

        // The installation's id, three batches of records, the manifest; then none was left to interrupt.
        Assert.Equal(6, write);

        var (restored, ofRestored) = await OpenAsync();
        Assert.Equal(before.Replace("=b", "=B", StringComparison.Ordinal), Bodies(ofRestored));
        Assert.True(restored.IsJustRestoredFrom("backup-1", string.Empty));
        Assert.False(restored.IsJustRestoredFrom("backup-2", string.Empty));
    }

    [Fact]
    public async Task Restore_InterruptedAndAskedWithOtherChanges_IsRefused()
    {
        var (service, _) = await OpenAsync();
        await FillAsync(service);
        var section = await BackUpAsync(service);
        await EmptyAsync();
        var faulty = new FaultyStore(Store);
        var commits = 0;
        faulty.OnCommit = _ => ++commits == 3 ? CommitFault.Unavailable : CommitFault.None;
        await FailsAsync(() => RestoreAsync(section, over: faulty, rewrite: Shout), ErrorKind.Unavailable, Reasons.StoreUnavailable);

        await FailsAsync(() => RestoreAsync(section), ErrorKind.FailedPrecondition, Reasons.StoreNotEmpty);
        await RestoreAsync(section, rewrite: Shout);
    }

    [Theory]
    [InlineData(null, null, true)]
    [InlineData("0198c6a4-7f7a-7c3e-9d0c-3f6f5d9b8a11", "0198c6a4-7f7a-7c3e-9d0c-3f6f5d9b8a11", true)]
    [InlineData(null, "0198c6a4-7f7a-7c3e-9d0c-3f6f5d9b8a11", false)]
    [InlineData("0198c6a4-7f7a-7c3e-9d0c-3f6f5d9b8a11", "0198c6a4-7f7a-7c3e-9d0c-3f6f5d9b8a12", false)]
    [InlineData("0198c6a4-7f7a-7c3e-9d0c-3f6f5d9b8a11", null, false)]
    public async Task Restore_AskedAgain_IsDoneAlreadyOnlyWithTheSameListOfDestroyedKeys(string? first, string? second, bool done)
    {
        var (service, _) = await OpenAsync();
        await PutAsync(service, "groups/a", "A");
        var section = await BackUpAsync(service);
        await EmptyAsync();
        await AskAsync(first, Awaited(), () => throw new InvalidOperationException("not open"));
        var (restored, _) = await OpenAsync();

        if (done)
        {
            Assert.True((await AskAsync(second, null, () => restored)).AlreadyRestored);
        }
        else
        {
            await FailsAsync(() => AskAsync(second, null, () => restored), ErrorKind.FailedPrecondition, Reasons.NotAwaitingRestore);
        }

        async Task<RestoreResponse> AskAsync(string? destroyed, AwaitedRestore? awaited, Func<ServiceStore> opened)
        {
            var sent = new List<RestoreRequest> { new() { Section = ByteString.CopyFrom(section) } };
            if (destroyed is not null)
            {
                sent.Insert(0, new RestoreRequest { DestroyedKeys = new DestroyedKeys { Ids = { destroyed } } });
            }

            return await BackupAnswers.RestoreAsync(Service, awaited, opened, await RestoreRequests.BeginAsync(new SentRequests(sent), Token), (_, _) => null, Token);
        }
    }

    [Fact]
    public async Task Restore_WhileSomebodyWrites_IsNotMadeValid()
    {
        var (service, _) = await OpenAsync();
        await FillAsync(service);
        var section = await BackUpAsync(service);
        await EmptyAsync();
        var faulty = new FaultyStore(Store);
        var commits = 0;
        faulty.BeforeCommit = _ => ++commits == 3 ? TamperAsync([("groups/0-0", null)]) : Task.CompletedTask;

        await FailsAsync(() => RestoreAsync(section, over: faulty), ErrorKind.Aborted, Reasons.LostRace);
        Assert.Null((await Store.GetAsync(StorePath.Manifest(Service), 0, Token)).Entry);
        await RestoreAsync(section);
        Assert.Equal(251, (await OpenAsync()).Observer.Records.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Restore_WhileAnotherOneIsUnderWay_OneOfThemIsValidAndWhole(int batches)
    {
        var (service, _) = await OpenAsync();
        await FillAsync(service);
        var section = await BackUpAsync(service);
        await EmptyAsync();

        // The first has looked for the last time and is about to make it valid. Then the second, which was told of other changes, gets that far.
        var (first, second) = (new FaultyStore(Store), new FaultyStore(Store));
        var left = batches;
        second.OnCommit = _ => left-- > 0 ? CommitFault.None : CommitFault.Unavailable;
        first.BeforeCommit = transaction => transaction.Puts.Any(put => put.Path == StorePath.Manifest(Service))
            ? FailsAsync(() => RestoreAsync(section, over: second, rewrite: Shout), ErrorKind.Unavailable, Reasons.StoreUnavailable)
            : Task.CompletedTask;
        await FailsAsync(() => RestoreAsync(section, over: first), ErrorKind.Aborted, Reasons.LostRace);

        Assert.Null((await Store.GetAsync(StorePath.Manifest(Service), 0, Token)).Entry);
        await RestoreAsync(section, rewrite: Shout);
        Assert.Equal(251, (await OpenAsync()).Observer.Records.Count);
        Assert.DoesNotContain(await CopyAsync(), entry => entry.Path.Contains("/election/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Restore_OverAStateDirectoryThatHasSeenMore_RisesAboveIt()
    {
        var (service, _) = await OpenAsync(Marked("one"));
        await PutAsync(service, "keys/1", "k1");
        var section = await BackUpAsync(service);
        for (var i = 0; i < 10; i++)
        {
            await PutAsync(service, $"keys/later-{i}", "k");
        }

        await EmptyAsync();
        var result = await RestoreAsync(section, Marked("one"));

        Assert.Equal(new ManifestVersion(2, 13), result.Version);
        Assert.Equal("keys/1=k1@2", (await OpenAsync(Marked("one"))).Observer.Content);
    }

    [Fact]
    public async Task Restore_OverAStateDirectoryOfAnotherInstallation_IsRefused()
    {
        await OpenAsync(Marked("one"));
        await EmptyAsync();
        var (service, _) = await OpenAsync();
        var section = await BackUpAsync(service);
        await EmptyAsync();

        var error = await FailsAsync(() => RestoreAsync(section, Marked("one")), ErrorKind.FailedPrecondition, Reasons.StoreRefused);
        Assert.Contains("of another installation", error.Message, StringComparison.Ordinal);
        Assert.Empty(await CopyAsync());
    }

    [Fact]
    public async Task Awaited_UntilARestoreIsOver_WritesNothing()
    {
        var (service, _) = await OpenAsync();
        await PutAsync(service, "groups/a", "A");
        var section = await BackUpAsync(service);
        await EmptyAsync();
        var counted = new FaultyStore(Store);
        var awaited = Awaited(over: counted);
        Assert.True(await awaited.IsEmptyAsync(Token));
        var waiting = awaited.WaitAsync(Token);

        // The third read begins its second turn: the first is over, and it waits.
        await UntilAsync(() => counted.ReadsOf(StorePath.Manifest(Service)) >= 3);
        Assert.False(waiting.IsCompleted);
        Assert.Empty(await CopyAsync());

        // By another replica.
        await RestoreAsync(section);
        await waiting.WaitAsync(TimeSpan.FromSeconds(20), Token);
        Assert.False(await awaited.IsEmptyAsync(Token));
        await FailsAsync(() => RestoreAsync(section), ErrorKind.FailedPrecondition, Reasons.StoreNotEmpty);
    }

    private static byte[]? Shout(Record record, DateTimeOffset time) =>
        record.Body.Span.SequenceEqual("b"u8) ? "B"u8.ToArray() : null;

    private static async Task FillAsync(ServiceStore service)
    {
        for (var i = 0; i < 3; i++)
        {
            var changes = new RecordChanges();
            Enumerable.Range(0, i < 2 ? 100 : 50).ToList().ForEach(j => changes.Put($"groups/{i}-{j}", 1 + i, j % 2 == 0 ? "a"u8.ToArray() : "b"u8.ToArray(), 0));
            await service.CommitAsync(changes, Token);
        }

        await PutAsync(service, "zz/last", "z");
    }

    private static async Task<byte[]> BackUpAsync(ServiceStore service, long revision = 0, string backupId = "backup-1")
    {
        var section = new List<byte>();
        await service.BackupAsync(backupId, revision, (piece, _) => AddAsync(section, piece), Token);
        return [.. section];
    }

    private static Task AddAsync(List<byte> section, ReadOnlyMemory<byte> piece)
    {
        section.AddRange(piece.Span);
        return Task.CompletedTask;
    }

    private AwaitedRestore Awaited(ServiceStoreOptions? options = null, IRevisionedStore? over = null, IRootProvider? by = null) =>
        new(over ?? Store, Service, by ?? Root, options ?? WatchOnly, TimeProvider.System, NullLogger.Instance);

    private Task<RestoreResult> RestoreAsync(
        byte[] section,
        ServiceStoreOptions? options = null,
        IRevisionedStore? over = null,
        IRootProvider? by = null,
        Func<Record, DateTimeOffset, byte[]?>? rewrite = null,
        string changes = "") =>
        Awaited(options, over, by).RunAsync(Pieces(section), rewrite ?? ((_, _) => null), changes, Token);

    /// <summary>Cut where it happens to be.</summary>
    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Pieces(byte[] section)
    {
        for (var at = 0; at < section.Length; at += 1000)
        {
            await Task.Yield();
            yield return section.AsMemory(at, Math.Min(1000, section.Length - at));
        }
    }

    /// <summary>Ends who is there and empties the store.</summary>
    private async Task EmptyAsync()
    {
        await RestartAllAsync();
        await PutBackAsync([]);
    }

    private static SectionHeader Header(byte[] section) => SectionHeader.Parser.ParseFrom(Frames(section)[0].AsSpan(BackupFrame.HeadSize));

    private static List<byte[]> Frames(byte[] section)
    {
        var frames = new List<byte[]>();
        for (var at = 0; at < section.Length;)
        {
            Assert.True(BackupFrame.TryRead(section.AsSpan(at), out var frame));
            frames.Add(section[at..(at + BackupFrame.HeadSize + frame.Length)]);
            at += frames[^1].Length;
        }

        return frames;
    }

    private static byte[] Join(List<byte[]> frames) => [.. frames.SelectMany(frame => frame)];

    private static byte[] Frame(BackupPart part, IMessage message)
    {
        var frame = new byte[BackupFrame.HeadSize + message.CalculateSize()];
        new BackupFrame(part, frame.Length - BackupFrame.HeadSize).Write(frame);
        message.WriteTo(frame.AsSpan(BackupFrame.HeadSize));
        return frame;
    }

    private static SectionEntry Entry(byte[] frame) => SectionEntry.Parser.ParseFrom(frame.AsSpan(BackupFrame.HeadSize));

    private static void Mangle(List<byte[]> frames, List<byte[]> earlier, Mangling mangling)
    {
        var header = SectionHeader.Parser.ParseFrom(frames[0].AsSpan(BackupFrame.HeadSize));
        int At(string path) => frames.FindIndex(1, frame => frame[0] == (byte)BackupPart.Entry && Entry(frame).Path.StartsWith(path, StringComparison.Ordinal));
        switch (mangling)
        {
            case Mangling.CutInAFrame:
                frames.RemoveRange(5, frames.Count - 5);
                frames[^1] = frames[^1][..^3];
                break;
            case Mangling.CutBetweenFrames:
                frames.RemoveAt(frames.Count - 1);
                break;
            case Mangling.HeaderBit:
                header.StoreRevision++;
                frames[0] = Frame(BackupPart.Header, header);
                break;
            case Mangling.RecordBit:
                frames[At("groups/0-1")][^20] ^= 1;
                break;
            case Mangling.ManifestBit:
                frames[At("manifest")][^1] ^= 1;
                break;
            case Mangling.StoreKeyBit:
                frames[At("sealing/")][^1] ^= 1;
                break;
            case Mangling.TrailerBit:
                frames[^1][^1] ^= 1;
                break;
            case Mangling.RecordLeftOut:
                frames.RemoveAt(At("groups/1-7"));
                Recount(frames);
                break;
            case Mangling.RecordsSwapped:
                (frames[2], frames[3]) = (frames[3], frames[2]);
                break;
            case Mangling.RecordTwice:
                frames.Insert(2, frames[2]);
                Recount(frames);
                break;
            case Mangling.RecordOfAnotherPath:
                frames[At("groups/0-1")] = Frame(BackupPart.Entry, new SectionEntry { Path = Entry(frames[At("groups/0-1")]).Path, Value = Entry(frames[At("groups/0-2")]).Value });
                break;
            case Mangling.RecordOfAnotherTime:
                frames[At("groups/0-0")] = earlier[At("groups/0-0")];
                break;
            case Mangling.ManifestOfAnotherTime:
                frames[At("manifest")] = earlier[At("manifest")];
                break;
            case Mangling.TrailerOfAnotherTime:
                frames[^1] = earlier[^1];
                break;
            case Mangling.HeaderOfAnotherBackup:
                header.BackupId = "another";
                frames[0] = Frame(BackupPart.Header, header);
                break;
            case Mangling.OtherService:
                header.Service = "keyring";
                frames[0] = Frame(BackupPart.Header, header);
                break;
            case Mangling.OtherInstallation:
                header.ClusterId = new string('0', 32);
                frames[0] = Frame(BackupPart.Header, header);
                break;
            case Mangling.UnknownFormat:
                header.Format = 2;
                frames[0] = Frame(BackupPart.Header, header);
                break;
            case Mangling.SomethingBehind:
                frames.Add(frames[^1]);
                break;
            case Mangling.Empty:
                frames.Clear();
                break;
            default:
                frames.Clear();
                frames.Add(Encoding.UTF8.GetBytes(new string('x', 5000)));
                break;
        }
    }

    private static void Recount(List<byte[]> frames)
    {
        var trailer = SectionTrailer.Parser.ParseFrom(frames[^1].AsSpan(BackupFrame.HeadSize));
        trailer.EntryCount = frames.Count - 2;
        frames[^1] = Frame(BackupPart.Trailer, trailer);
    }
}
