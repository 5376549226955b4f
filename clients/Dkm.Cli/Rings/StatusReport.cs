namespace Dkm.Cli.Rings;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Cli.Failures;
using Dkm.Cli.Output;
using Dkm.Core;
using Dkm.KeyRing.V1;

/// <summary><c>dkm ring status</c>, once or until interrupted.</summary>
internal sealed class StatusReport
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Session session;
    private readonly string ring;
    private readonly KeyRingService.KeyRingServiceClient rings;

    public StatusReport(Session session, string ring)
    {
        this.session = session;
        this.ring = ring;
        session.Attempt = new Attempt(DkmService.KeyRing, "manage", ring);
        rings = new KeyRingService.KeyRingServiceClient(session.Repeating(DkmService.KeyRing));
    }

    public async Task<RingStatusView> ReadAsync(CancellationToken cancellationToken) =>
        RingStatusView.Of(await rings.GetKeyRingStatusAsync(new GetKeyRingStatusRequest { Name = ring }, session.Options(cancellationToken)));

    public async Task<int> RunAsync(bool watch, CancellationToken cancellationToken)
    {
        var view = await ReadAsync(cancellationToken);
        if (!watch)
        {
            session.Printer.Show(view, CliJson.Form.RingStatusView, status => status.ToText());
            return ExitCode.Ok;
        }

        session.Watches = true;

        // Forever: the runner turns the interruption into an exit code.
        var last = string.Empty;
        while (true)
        {
            last = Tell(view, last);
            await Task.Delay(Interval, session.Time, cancellationToken);
            view = await ReadOrTellAsync(cancellationToken);
        }
    }

    /// <summary>A watcher outlives the services: what it watches may be their restart.</summary>
    private async Task<RingStatusView> ReadOrTellAsync(CancellationToken cancellationToken)
    {
        var told = false;
        while (true)
        {
            try
            {
                return await ReadAsync(cancellationToken);
            }
            catch (DkmException e) when (e.Kind == ErrorKind.Unavailable)
            {
                if (!told)
                {
                    await session.NoteAsync($"{Times.Of(session.Time.GetUtcNow())}  no answer: {e.Message}; trying on");
                    told = true;
                }

                await Task.Delay(Interval, session.Time, cancellationToken);
            }
        }
    }

    private string Tell(RingStatusView view, string last)
    {
        var line = view.ToLine();
        if (line != last)
        {
            session.Printer.Event(view, CliJson.Form.RingStatusView, _ => $"{Times.Of(session.Time.GetUtcNow())}  {line}");
        }

        return line;
    }
}
