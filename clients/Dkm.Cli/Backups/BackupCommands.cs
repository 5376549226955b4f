namespace Dkm.Cli.Backups;

using System.CommandLine;
using Dkm.Cli.Parsing;
using Dkm.Core;

/// <summary><c>dkm backup FILE</c> and <c>dkm restore FILE</c></summary>
internal static class BackupCommands
{
    public static Command Backup(CommandRunner runner)
    {
        var file = new Argument<string>("FILE") { Description = "Where it is to appear, complete or not at all, readable by you alone" };
        var command = new Command(
            "backup", "Save the records of Access and KeyRing as of one moment, sealed as they lie in the store. Without the roots nothing of it opens: keep those elsewhere") { file };
        command.SetAction(runner.Action(
            async (parse, session, cancellationToken) =>
            {
                await new BackupActions(session).RunAsync(parse.GetRequiredValue(file), cancellationToken);
                return Failures.ExitCode.Ok;
            },
            unlimited: _ => true));
        return command;
    }

    public static Command Restore(CommandRunner runner)
    {
        var file = new Argument<string>("FILE") { Description = "What dkm backup has saved" };
        var destroyed = new Option<string?>("--destroyed")
        {
            Description = "Keys that were destroyed since and are not to come back: a file with one key's id a line; what follows a # says nothing",
            HelpName = "FILE",
        };
        var only = new Option<DkmService?>("--only")
        {
            Description = "Only this service, access or keyring: where the other one has its records",
            HelpName = "SERVICE",
            CustomParser = Values.ToStoringService,
        };
        var command = new Command(
            "restore", "Fill an empty store from a backup. Access and KeyRing have to await it (Store:AwaitRestore); verified before anything is written. Asked again it goes on")
        {
            file, destroyed, only,
        };
        command.SetAction(runner.Action(
            async (parse, session, cancellationToken) =>
            {
                await new RestoreActions(session).RunAsync(
                    parse.GetRequiredValue(file), parse.GetValue(destroyed), parse.GetValue(only), cancellationToken);
                return Failures.ExitCode.Ok;
            },
            unlimited: _ => true));
        return command;
    }
}
