namespace Dkm.UnitTests.Audit;

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Dkm.Audit;
using Dkm.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

public sealed class ChangeRecorderTests
{
    private static readonly UInt128 Operation = 77;

    private static AuditEntry Change => TestLog.Entry(1) with { Operation = Operation, Body = MerkleHashing.Leaf([1]) };

    [Fact]
    public async Task RunAsync_Done_IntentIsOnDiskBeforeAndOutcomeBeforeTheAnswer()
    {
        await using var log = TestLog.Open(new MemoryFiles());

        var answer = await Recorder(log).RunAsync(Change, () =>
        {
            Assert.Equal([(AuditKind.Intent, AuditOutcome.None)], Told(log));
            Assert.Equal([new OpenIntent(Operation, 0)], log.Log.OpenIntents);
            return Task.FromResult(5);
        });

        Assert.Equal(5, answer);
        Assert.Equal([(AuditKind.Intent, AuditOutcome.None), (AuditKind.Outcome, AuditOutcome.Granted)], Told(log));
        Assert.All(log.Read(), entry => Assert.Equal((Operation, MerkleHashing.Leaf([1])), (entry.Operation, entry.Body)));
        Assert.Empty(log.Log.OpenIntents);
    }

    [Theory]
    [InlineData(ErrorKind.Aborted, Reasons.LostRace, AuditOutcome.Failed)]
    [InlineData(ErrorKind.PermissionDenied, Reasons.PermissionMissing, AuditOutcome.Denied)]
    [InlineData(ErrorKind.Unavailable, Reasons.StoreFull, AuditOutcome.Failed)]
    public async Task RunAsync_Refused_IsRecordedAndThrown(ErrorKind kind, string reason, AuditOutcome outcome)
    {
        await using var log = TestLog.Open(new MemoryFiles());

        var thrown = await Assert.ThrowsAsync<DkmException>(() => Recorder(log).RunAsync<int>(Change, () => throw new DkmException(kind, reason, "no")));

        Assert.Equal(reason, thrown.Reason);
        Assert.Equal((AuditKind.Outcome, outcome), Told(log)[1]);
        Assert.Equal(reason, log.Read()[1].Reason);
    }

    [Fact]
    public async Task RunAsync_NobodyKnowsWhetherItWasDone_StaysOpenUntilTheStoreTells()
    {
        Exception[] unclear =
        [
            new DkmException(ErrorKind.Unavailable, Reasons.OutcomeUnknown, "?"), new DkmException(ErrorKind.DeadlineExceeded, Reasons.Deadline, "?"),
            new DkmException(ErrorKind.Internal, Reasons.Internal, "?"), new TimeoutException(), new OperationCanceledException(),
        ];
        foreach (var exception in unclear)
        {
            await using var log = TestLog.Open(new MemoryFiles());
            await Assert.ThrowsAsync(exception.GetType(), () => Recorder(log).RunAsync<int>(Change, () => throw exception));

            Assert.Equal([(AuditKind.Intent, AuditOutcome.None)], Told(log));
            Assert.Equal([new OpenIntent(Operation, 0)], log.Log.OpenIntents);
        }
    }

    [Theory]
    [InlineData(ChangeFate.Applied, AuditOutcome.Granted)]
    [InlineData(ChangeFate.NotApplied, AuditOutcome.Failed)]
    public async Task ResolveAsync_AfterARestartWithSegmentsBetween_WritesWhatTheStoreSays(ChangeFate fate, AuditOutcome outcome)
    {
        var files = new MemoryFiles();
        await using (var log = TestLog.Open(files, segmentSize: 600))
        {
            await Assert.ThrowsAsync<TimeoutException>(() => Recorder(log).RunAsync<int>(Change, () => throw new TimeoutException()));
            await log.WriteAsync(0, 20);
        }

        Assert.True(files.Paths("/records/").Count > 2);
        await using var again = TestLog.Open(files, segmentSize: 600);
        var asked = new List<OpenIntent>();
        Assert.Equal(1, await Recorder(again).ResolveAsync((_, _) => Task.FromResult(ChangeFate.Unknown), TestContext.Current.CancellationToken));
        Assert.Equal(1, await Recorder(again).ResolveAsync((_, _) => throw new DkmException(ErrorKind.Unavailable, Reasons.StoreUnavailable, "?"), TestContext.Current.CancellationToken));
        Assert.Equal(0, await Recorder(again).ResolveAsync(
            (intent, _) =>
            {
                asked.Add(intent);
                return Task.FromResult(fate);
            },
            TestContext.Current.CancellationToken));

        Assert.Equal([new OpenIntent(Operation, 0)], asked);
        Assert.Equal((AuditKind.Outcome, outcome), Told(again)[^1]);
        Assert.Empty(again.Log.OpenIntents);
    }

    [Fact]
    public async Task ResolveAsync_WhileTheChangeIsUnderWay_LeavesItAlone()
    {
        await using var log = TestLog.Open(new MemoryFiles());
        var recorder = Recorder(log);

        await recorder.RunAsync(Change, async () =>
        {
            Assert.Equal(0, await recorder.ResolveAsync((_, _) => throw new InvalidOperationException("asked"), TestContext.Current.CancellationToken));
            return 1;
        });
    }

    [Fact]
    public async Task RunAsync_IntentCannotBeWritten_TheStoreIsNotAsked()
    {
        var files = new MemoryFiles();
        await using var log = TestLog.Open(files);
        files.Flushing = _ => throw new IOException("no");
        var asked = false;

        var thrown = await Assert.ThrowsAsync<DkmException>(() => Recorder(log).RunAsync(Change, () =>
        {
            asked = true;
            return Task.FromResult(1);
        }));

        Assert.Equal((Reasons.AuditUnavailable, false), (thrown.Reason, asked));
    }

    [Fact]
    public async Task RunAsync_OutcomeCannotBeWritten_IsOutcomeUnknownAndResolvedAtTheNextStart()
    {
        var files = new MemoryFiles();
        await using (var log = TestLog.Open(files))
        {
            var thrown = await Assert.ThrowsAsync<DkmException>(() => Recorder(log).RunAsync(Change, () =>
            {
                files.Writing = _ => throw new IOException("no");
                return Task.FromResult(1);
            }));
            Assert.Equal((ErrorKind.Unavailable, Reasons.OutcomeUnknown), (thrown.Kind, thrown.Reason));
        }

        files.Writing = null;
        await using var again = TestLog.Open(files);
        Assert.Equal(0, await Recorder(again).ResolveAsync((_, _) => Task.FromResult(ChangeFate.Applied), TestContext.Current.CancellationToken));
        Assert.Equal((AuditKind.Outcome, AuditOutcome.Granted), Told(again)[^1]);
    }

    private static ChangeRecorder Recorder(TestLog log) => new(log.Log, log.Time, NullLogger.Instance);

    private static List<(AuditKind Kind, AuditOutcome Outcome)> Told(TestLog log) => log.Read().Select(entry => (entry.Kind, entry.Outcome)).ToList();
}
