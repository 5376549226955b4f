namespace Dkm.Cli.Keys;

using System;
using System.CommandLine;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Cli.Parsing;

/// <summary><c>dkm key disable|enable|compromise|destroy|restore RING KEY</c></summary>
internal static class KeyStateCommands
{
    private const string Manage = "manage";
    private const string Destroy = "destroy";

    public static void AddTo(Command key, CommandRunner runner)
    {
        key.Add(Asking(
            runner, "disable", Manage, "Stop a key, reversibly. If it is the primary, another is made and used at once",
            (actions, id, reason, confirmed, token) => actions.DisableAsync(id, reason, confirmed, token)));
        key.Add(Plain(
            runner, "enable", Manage, "Let a disabled key open again; it does not become primary by that",
            (actions, id, reason, token) => actions.EnableAsync(id, reason, token)));
        key.Add(Asking(
            runner, "compromise", Manage, "Say, for ever, that somebody knows the key who should not. Withdrawn from all; a primary is replaced at once",
            (actions, id, reason, confirmed, token) => actions.CompromiseAsync(id, reason, confirmed, token)));
        key.Add(Asking(
            runner, "destroy", Destroy, "Destroy a key after the ring's destroy_delay: what it protected is lost. Not the primary, and not the next",
            (actions, id, reason, confirmed, token) => actions.DestroyAsync(id, reason, confirmed, token)));
        key.Add(Plain(
            runner, "restore", Destroy, "Undo a destruction whose time has not come",
            (actions, id, reason, token) => actions.RestoreAsync(id, reason, token)));
    }

    private static Command Plain(
        CommandRunner runner, string name, string permission, string description, Func<KeyStateActions, string, string, CancellationToken, Task> act)
    {
        var command = new Command(name, description);
        var (key, reason) = (new KeyChoice(command), Reason(command));
        command.SetAction(runner.Action((parse, session, cancellationToken) =>
        {
            var (ring, id) = key.Read(parse, session);
            return act(new KeyStateActions(session, ring, permission), id, parse.GetValue(reason) ?? string.Empty, cancellationToken);
        }));
        return command;
    }

    private static Command Asking(
        CommandRunner runner, string name, string permission, string description, Func<KeyStateActions, string, string, int, CancellationToken, Task> act)
    {
        var command = new Command(name, description);
        var (key, reason, confirm) = (new KeyChoice(command), Reason(command), ConfirmHolders.Option());
        command.Add(confirm);
        command.SetAction(runner.Action((parse, session, cancellationToken) =>
        {
            var (ring, id) = key.Read(parse, session);
            return act(new KeyStateActions(session, ring, permission), id, parse.GetValue(reason) ?? string.Empty, parse.GetValue(confirm), cancellationToken);
        }));
        return command;
    }

    private static Option<string?> Reason(Command command)
    {
        var reason = new Option<string?>("--reason") { Description = "Why, for people; kept with the key", HelpName = "TEXT" };
        command.Add(reason);
        return reason;
    }
}
