namespace Dkm.Cli.Keys;

using System.CommandLine;
using Dkm.Cli.Failures;
using Dkm.Cli.Parsing;

/// <summary><c>dkm key …</c></summary>
internal static class KeyCommands
{
    public static Command Create(CommandRunner runner) => new("key", "The keys of a ring: ids, times and states, never material")
    {
        List(runner),
        Show(runner),
    };

    private static Command List(CommandRunner runner)
    {
        var command = new Command("list", "A ring's keys, newest first");
        var ring = RingChoice.ByPosition(command);
        command.SetAction(runner.Action((parse, session, cancellationToken) =>
            new KeyActions(session, ring.Read(parse, session)).ListAsync(cancellationToken)));
        return command;
    }

    private static Command Show(CommandRunner runner)
    {
        var names = new Argument<string[]>("RING KEY")
        {
            Description = "The ring's name (may be left out with --ring or DKM_RING) and the key's id",
            Arity = new ArgumentArity(1, 2),
        };
        var command = new Command("show", "One key") { names };
        var ring = RingChoice.ByOption(command);
        command.SetAction(runner.Action((parse, session, cancellationToken) =>
        {
            var given = parse.GetRequiredValue(names);
            if (given.Length == 2 && ring.Given(parse) is { } other && other != given[0])
            {
                throw new UsageException($"two rings are named: {given[0]} and {other}");
            }

            return new KeyActions(session, given.Length == 2 ? given[0] : ring.Read(parse, session)).ShowAsync(given[^1], cancellationToken);
        }));
        return command;
    }
}
