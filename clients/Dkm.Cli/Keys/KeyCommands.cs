namespace Dkm.Cli.Keys;

using System.CommandLine;
using Dkm.Cli.Failures;
using Dkm.Cli.Parsing;

/// <summary><c>dkm key …</c></summary>
internal static class KeyCommands
{
    public static Command Create(CommandRunner runner)
    {
        var command = new Command("key", "The keys of a ring: ids, times and states, never material")
        {
            List(runner),
            Show(runner),
        };
        KeyStateCommands.AddTo(command, runner);
        return command;
    }

    private static Command List(CommandRunner runner)
    {
        var all = new Option<bool>("--all") { Description = "Of all rings; for administrators" };
        var ids = new Option<bool>("--ids") { Description = "Nothing but the keys' ids, one a line" };
        var state = new Option<string?>("--state")
        {
            Description = "Only keys in this state, such as destroyed",
            HelpName = "STATE",
            CustomParser = Values.ToKeyState,
        };
        var command = new Command("list", "A ring's keys, newest first") { state, all, ids };
        var ring = RingChoice.ByPosition(command);
        command.SetAction(runner.Action(
            async (parse, session, cancellationToken) =>
            {
                var list = new KeyList(parse.GetValue(state), parse.GetValue(ids));
                await (!parse.GetValue(all) ? new KeyActions(session, ring.Read(parse, session)).ListAsync(list, cancellationToken)
                    : ring.Given(parse) is { } named ? throw new UsageException($"--all is of all rings, and {named} is one")
                    : KeyActions.ListAllAsync(session, list, cancellationToken));
                return ExitCode.Ok;
            },
            unlimited: parse => parse.GetValue(all)));
        return command;
    }

    private static Command Show(CommandRunner runner)
    {
        var command = new Command("show", "One key");
        var key = new KeyChoice(command);
        command.SetAction(runner.Action((parse, session, cancellationToken) =>
        {
            var (ring, id) = key.Read(parse, session);
            return new KeyActions(session, ring).ShowAsync(id, cancellationToken);
        }));
        return command;
    }
}
