namespace Dkm.UnitTests.Audit;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Dkm.Audit;
using Dkm.Core;
using Xunit;

/// <summary>The machine stops between every two steps of appending, committing, closing a segment and signing; whatever part of the last writes is left.</summary>
public sealed class CrashTests
{
    private const long SegmentSize = 500;

    [Fact]
    public async Task Open_AfterAStopAtEveryStep_HasAllThatWasAnsweredFor()
    {
        var whole = new MemoryFiles();
        await RunAsync(whole);
        Assert.True(whole.Paths("/records/").Count > 2, "segments were closed on the way");
        Assert.True(whole.Steps > 80);

        for (var step = 1; step <= whole.Steps; step++)
        {
            var files = new MemoryFiles { StopAt = step };
            var answered = await RunAsync(files);

            foreach (var (how, left) in Left(files))
            {
                await JudgeAsync(answered, left, $"stopped at step {step}, {how}");
            }
        }
    }

    [Fact]
    public async Task Open_AfterAStopAtEveryStepOfAnOpening_OpensTheNextTime()
    {
        var before = new MemoryFiles();
        await using (var log = TestLog.Open(before, SegmentSize))
        {
            await log.WriteAsync(0, 7);
        }

        // An unfinished write is found, cut off and told of.
        var last = before.Paths("/records/")[^1];
        before.Replace(last, [.. before.Content(last), .. "DKMB"u8]);
        var mending = before.Copy();
        await using (var log = TestLog.Open(mending, SegmentSize))
        {
        }

        for (var step = 1; step <= mending.Steps; step++)
        {
            var files = before.Copy(stopAt: step);
            try
            {
                await using var log = TestLog.Open(files, SegmentSize);
            }
            catch (DkmException e) when (e.Reason == Reasons.AuditUnavailable)
            {
                Assert.True(files.Stopped);
            }

            foreach (var (how, left) in Left(files))
            {
                await JudgeAsync(Enumerable.Range(0, 7).Select(number => TestLog.Entry(number)).ToList(), left, $"stopped at step {step} of the mending, {how}");
            }
        }
    }

    /// <summary>What a stop can leave: the page cache as it was (only the process ended), nothing but what was flushed, and parts of the last write.</summary>
    private static IEnumerable<(string How, MemoryFiles Left)> Left(MemoryFiles files)
    {
        yield return ("the process alone", files.Copy());
        yield return ("what was not flushed is lost", files.OnlyFlushed());
        yield return ("the last write is there", files.WithPartOfTheLastWrite("/records/", length => length, zeros: false));
        foreach (var part in new[] { 1, 23, 24, 60 })
        {
            yield return ($"{part} bytes of the last write", files.WithPartOfTheLastWrite("/records/", length => Math.Min(part, length), zeros: false));
        }

        yield return ("the last write is zeros", files.WithPartOfTheLastWrite("/records/", _ => 0, zeros: true));
        yield return ("half of the mark", files.WithPartOfTheLastWrite("audit.mark", length => length / 4, zeros: true));
    }

    private static async Task JudgeAsync(IReadOnlyList<AuditEntry> answered, MemoryFiles left, string when)
    {
        try
        {
            await using var log = TestLog.Open(left, SegmentSize);
            Assert.True(answered.SequenceEqual(log.Read().Where(entry => entry.Kind != AuditKind.Note).Take(answered.Count)), when);

            await log.Log.AppendAsync(TestLog.Entry(99));
            Assert.Equal(TestLog.Entry(99), log.Read()[^1]);
        }
        catch (DkmException e)
        {
            Assert.Fail($"{when}: {e.Message}");
        }

        var report = LogVerifier.Verify(left, TestLog.Directory, TestLog.Key.Signer.Verifier, AnchorList.Of([], TestLog.Key.Signer.Verifier), default);
        Assert.True(report.Finding is null, $"{when}: {report.Finding?.Text}");
        Assert.True(report.Size > answered.Count, when);
    }

    private static async Task<IReadOnlyList<AuditEntry>> RunAsync(MemoryFiles files)
    {
        var answered = new List<AuditEntry>();
        try
        {
            await using var log = TestLog.Open(files, SegmentSize);
            for (var number = 0; number < 9; number++)
            {
                answered.AddRange(await log.WriteAsync(number, 1));
                if (number % 4 == 3)
                {
                    log.Log.SignCheckpoint();
                }
            }
        }
        catch (DkmException e) when (files.Stopped && e.Kind == ErrorKind.Unavailable)
        {
            // The machine has stopped: nobody gets another answer.
        }

        return answered;
    }
}
