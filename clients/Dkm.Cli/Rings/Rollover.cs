namespace Dkm.Cli.Rings;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Cli.Failures;
using Dkm.Cli.Keys;
using Dkm.Cli.Output;
using Dkm.Cli.Parsing;
using Dkm.Core;
using Dkm.KeyRing.V1;

/// <summary><c>dkm ring roll</c>, and the wait until the key is primary.</summary>
internal sealed class Rollover(Session session, string ring)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Noteworthy = TimeSpan.FromMinutes(1);

    public async Task<int> RunAsync(bool immediate, bool wait, CancellationToken cancellationToken)
    {
        session.Attempt = new Attempt(DkmService.KeyRing, "manage", ring);
        var rings = new KeyRingService.KeyRingServiceClient(session.Repeating(DkmService.KeyRing));
        var request = new RolloverKeyRingRequest
        {
            Name = ring,
            Immediate = immediate,
            RequestId = KeyId.Create(session.Time.GetUtcNow()).ToString(),
        };
        var key = await rings.RolloverKeyRingAsync(request, session.Options(cancellationToken));
        session.Attempt = session.Attempt with { Look = $"dkm ring status {ring}" };
        if (!wait)
        {
            session.Printer.Show(KeyView.Of(key), CliJson.Form.KeyView, _ => Announcement(key));
            return ExitCode.Ok;
        }

        var status = await WaitAsync(key, cancellationToken);
        session.Printer.Show(
            status.PrimaryKey!,
            CliJson.Form.KeyView,
            primary => $"key {primary.Id} is primary since {primary.ActivateTime}; {status.HeldBy()}");
        return ExitCode.Ok;
    }

    private async Task<RingStatusView> WaitAsync(Key key, CancellationToken cancellationToken)
    {
        var report = new StatusReport(session, ring);
        session.Attempt = session.Attempt! with { Look = $"dkm ring status {ring}" };
        session.WaitsFor = $"key {key.Id} becomes primary at {Times.Of(key.ActivateTime)}";
        await using var progress = WaitProgress.Start(session, key);
        progress.Tell(Announcement(key));
        while (true)
        {
            var status = await report.ReadAsync(cancellationToken);

            // Another roll may have overtaken ours: then ours was primary or never will be.
            if (status.PrimaryKey is { } primary
                && (primary.Id == key.Id || string.CompareOrdinal(primary.ActivateTime, Times.Of(key.ActivateTime)) >= 0))
            {
                return status;
            }

            await Task.Delay(Interval, session.Time, cancellationToken);
        }
    }

    private string Announcement(Key key)
    {
        var left = key.ActivateTime.ToDateTimeOffset() - session.Time.GetUtcNow();
        if (left <= TimeSpan.Zero)
        {
            return $"key {key.Id} is primary since {Times.Of(key.ActivateTime)}";
        }

        // A day of waiting needs a reason.
        return $"key {key.Id} is published and becomes primary at {Times.Of(key.ActivateTime)}, in {Durations.FormatRough(left)}"
            + (left < Noteworthy ? string.Empty : ": by then every holder has it, or its lease has ended (after a compromise: --immediate)");
    }
}
