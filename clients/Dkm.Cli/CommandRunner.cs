namespace Dkm.Cli;

using System;
using System.CommandLine;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Cli.Failures;
using Dkm.Cli.Output;
using Dkm.Cli.Parsing;
using Dkm.Core;
using Dkm.Transport;

/// <summary>Wraps what a command does: a session for it, a limit of time around it, and an exit code with a teaching answer when it fails.</summary>
internal sealed class CommandRunner(CliEnvironment environment, GlobalOptions options)
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);

    public CliEnvironment Environment => environment;

    public Func<ParseResult, CancellationToken, Task<int>> Action(Func<ParseResult, Session, CancellationToken, Task> act) =>
        Action(async (parse, session, cancellationToken) =>
        {
            await act(parse, session, cancellationToken);
            return ExitCode.Ok;
        });

    /// <param name="act">What the command does; answers with the exit code.</param>
    /// <param name="unlimited">Whether it may go on for ever when no <c>--timeout</c> is given.</param>
    public Func<ParseResult, CancellationToken, Task<int>> Action(
        Func<ParseResult, Session, CancellationToken, Task<int>> act, Func<ParseResult, bool>? unlimited = null) =>
        async (parse, interrupted) =>
        {
            var limit = parse.GetValue(options.Timeout) ?? (unlimited?.Invoke(parse) == true ? Timeout.InfiniteTimeSpan : DefaultTimeout);
            using var timeout = new CancellationTokenSource(limit, environment.Time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(interrupted, timeout.Token);
            Session session;
            try
            {
                session = Open(parse, limit == Timeout.InfiniteTimeSpan ? null : environment.Time.GetUtcNow().UtcDateTime + limit);
            }
            catch (DkmException e)
            {
                // A home that is not to be trusted: there is nobody to be yet.
                return Fail(parse.GetValue(options.Output), new UsageException(e.Message));
            }

            using var opened = session;
            try
            {
                return await act(parse, session, both.Token);
            }
            catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
            {
                return ExitCode.Interrupted;
            }
            catch (OperationCanceledException) when (timeout.IsCancellationRequested)
            {
                return TimeIsUp(session, limit, new DkmException(
                    ErrorKind.DeadlineExceeded, Reasons.Deadline, $"no answer within {Durations.Format(limit)}"));
            }
            catch (DkmException e) when (e.Kind == ErrorKind.DeadlineExceeded)
            {
                return TimeIsUp(session, limit, e);
            }
            catch (DkmException e)
            {
                return Fail(session, e);
            }
            catch (UsageException e)
            {
                return Fail(session.Printer.Form, e);
            }
        };

    public int Fail(OutputForm form, UsageException e)
    {
        FailureWriter.Write(environment.Error, form, new Failure
        {
            Code = "USAGE",
            Message = e.Message,
            Advice = e.Hint?.Split('\n'),
            ExitCode = ExitCode.Usage,
        });
        return ExitCode.Usage;
    }

    /// <summary>A wait that the caller has limited herself says nothing about the services.</summary>
    private int TimeIsUp(Session session, TimeSpan limit, DkmException e)
    {
        if (session.Watches && limit != Timeout.InfiniteTimeSpan)
        {
            return ExitCode.Ok;
        }

        if (session.WaitsFor is not { } awaited || limit == Timeout.InfiniteTimeSpan)
        {
            return Fail(session, e);
        }

        FailureWriter.Write(environment.Error, session.Printer.Form, new Failure
        {
            Code = Words.Of(ErrorKind.DeadlineExceeded),
            Reason = Reasons.Deadline,
            Message = $"{awaited}, which is longer than --timeout {Durations.Format(limit)}; it happens without this command too",
            Advice = [$"wait longer (--timeout), or look later: {session.Attempt?.Look}"],
            ExitCode = ExitCode.Unavailable,
        });
        return ExitCode.Unavailable;
    }

    private int Fail(Session session, DkmException e)
    {
        var failure = Teaching.Explain(e, session.Attempt, session.Caller, session.IdentityName);
        FailureWriter.Write(environment.Error, session.Printer.Form, failure);
        return failure.ExitCode;
    }

    private Session Open(ParseResult parse, DateTime? deadline) => new(
        environment,
        DkmHome.Find(parse.GetValue(options.Home) is { Length: > 0 } home ? home : null),
        parse.GetValue(options.Identity) is { Length: > 0 } named ? named
            : environment.Variable(EnvironmentNames.Identity) is { Length: > 0 } usual ? usual : "admin",
        new Printer(environment.Output, parse.GetValue(options.Output)),
        deadline);
}
