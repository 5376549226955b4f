namespace Dkm.Cli.Rings;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.KeyRing.V1;
using Spectre.Console;

/// <summary>A bar on standard error while a key waits for its time, if a person looks at it; otherwise one line.</summary>
internal sealed class WaitProgress : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly Session session;
    private readonly CancellationTokenSource ended = new();
    private readonly Task bar;

    private WaitProgress(Session session, Key key)
    {
        this.session = session;
        bar = IsWatched(session) ? DrawAsync(key, ended.Token) : Task.CompletedTask;
    }

    public static WaitProgress Start(Session session, Key key) => new(session, key);

    public void Tell(string line)
    {
        if (!IsWatched(session) && !session.Printer.IsJson)
        {
            session.Environment.Error.WriteLine(line);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        await bar;
        ended.Dispose();
    }

    private static bool IsWatched(Session session) => session.Environment.ErrorIsTerminal && !session.Printer.IsJson;

    private Task DrawAsync(Key key, CancellationToken cancellationToken)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(session.Environment.Error) });
        return console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                var start = session.Time.GetUtcNow();
                var whole = Math.Max(0.001, (key.ActivateTime.ToDateTimeOffset() - start).TotalSeconds);
                var task = context.AddTask($"key {key.Id} becomes primary", maxValue: whole);
                while (!cancellationToken.IsCancellationRequested)
                {
                    task.Value = (session.Time.GetUtcNow() - start).TotalSeconds;
                    await Task.Delay(Interval, session.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            });
    }
}
