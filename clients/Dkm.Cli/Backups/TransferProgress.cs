namespace Dkm.Cli.Backups;

using System;
using System.Threading;
using System.Threading.Tasks;
using Spectre.Console;

/// <summary>A bar on standard error while sections go by, if a person looks at it; otherwise nothing.</summary>
internal sealed class TransferProgress : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly Session session;
    private readonly CancellationTokenSource ended = new();
    private readonly Task bar;
    private Step step = new("connecting", 0);

    private TransferProgress(Session session)
    {
        this.session = session;
        bar = session.Environment.ErrorIsTerminal && !session.Printer.IsJson ? DrawAsync(ended.Token) : Task.CompletedTask;
    }

    public static TransferProgress Start(Session session) => new(session);

    /// <param name="what">In words.</param>
    /// <param name="share">0 to 1; 0 where nobody knows.</param>
    public void Tell(string what, double share) => Volatile.Write(ref step, new Step(what, share));

    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        await bar;
        ended.Dispose();
    }

    private Task DrawAsync(CancellationToken cancellationToken)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(session.Environment.Error) });
        return console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn())
            .StartAsync(async context =>
            {
                var task = context.AddTask(Volatile.Read(ref step).What, maxValue: 1);
                while (!cancellationToken.IsCancellationRequested)
                {
                    var now = Volatile.Read(ref step);
                    task.Description = Markup.Escape(now.What);
                    task.IsIndeterminate = now.Share <= 0;
                    task.Value = now.Share;
                    await Task.Delay(Interval, session.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            });
    }

    private sealed record Step(string What, double Share);
}
