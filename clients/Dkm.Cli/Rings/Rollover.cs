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
        if (!wait)
        {
            session.Printer.Show(KeyView.Of(key), CliJson.Form.KeyView, _ => Announcement(key));
            return ExitCode.Ok;
        }

        var status = await WaitAsync(key, cancellationToken);
        session.Printer.Show(
            status.PrimaryKey!,
            CliJson.Form.KeyView,
            primary => $"key {primary.Id} is primary since {primary.ActivateTime}; held by {status.CurrentHolderCount} of {status.HolderCount}");
        return ExitCode.Ok;
    }

    private async Task<RingStatusView> WaitAsync(Key key, CancellationToken cancellationToken)
    {
        var report = new StatusReport(session, ring);
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
        return left <= TimeSpan.Zero
            ? $"key {key.Id} is primary since {Times.Of(key.ActivateTime)}"
            : $"key {key.Id} is published and becomes primary at {Times.Of(key.ActivateTime)}, in {Durations.FormatRough(left)}";
    }
}
