namespace Dkm.Cli.Keys;

using System.CommandLine;
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
        var command = new Command("list", "A ring's keys, newest first");
        var ring = RingChoice.ByPosition(command);
        command.SetAction(runner.Action((parse, session, cancellationToken) =>
            new KeyActions(session, ring.Read(parse, session)).ListAsync(cancellationToken)));
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
