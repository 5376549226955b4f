namespace Dkm.Cli.Groups;

using System;
using System.CommandLine;
using Dkm.Access.V1;
using Dkm.Cli.Parsing;

/// <summary><c>dkm group …</c></summary>
internal static class GroupCommands
{
    public static Command Create(CommandRunner runner) => new("group", "Who belongs together: workloads that may reach keys, humans that administer")
    {
        CreateGroup(runner),
        List(runner),
        Show(runner),
        Add(runner),
        Remove(runner),
        Delete(runner),
        Elevation(runner),
    };

    private static Command CreateGroup(CommandRunner runner)
    {
        var name = Name();
        var kind = new Option<Group.Types.Kind>("--kind")
        {
            Description = "workload: may be bound to key permissions. human: administrators and auditors; never reaches a key",
            HelpName = "workload|human",
            Required = true,
            CustomParser = Values.ToGroupKind,
        };
        var member = new Option<string[]>("--member")
        {
            Description = "A first member; may be given several times",
            HelpName = "SPIFFE-ID",
        };
        var description = new Option<string?>("--description") { Description = "Free text for people", HelpName = "TEXT" };
        var command = new Command("create", "Make a group") { name, kind, member, description };
        command.SetAction(runner.Action((parse, session, cancellationToken) => new GroupActions(session).CreateAsync(
            parse.GetRequiredValue(name), parse.GetValue(kind), parse.GetValue(member) ?? [], parse.GetValue(description), cancellationToken)));
        return command;
    }

    private static Command List(CommandRunner runner)
    {
        var command = new Command("list", "All groups");
        command.SetAction(runner.Action((_, session, cancellationToken) => new GroupActions(session).ListAsync(cancellationToken)));
        return command;
    }

    private static Command Show(CommandRunner runner)
    {
        var name = Name();
        var command = new Command("show", "One group and its members") { name };
        command.SetAction(runner.Action((parse, session, cancellationToken) =>
            new GroupActions(session).ShowAsync(parse.GetRequiredValue(name), cancellationToken)));
        return command;
    }

    private static Command Add(CommandRunner runner)
    {
        var name = Name();
        var members = Members();
        var command = new Command("add", "Put identities into a group") { name, members };
        command.SetAction(runner.Action((parse, session, cancellationToken) => new GroupActions(session).ChangeMembersAsync(
            parse.GetRequiredValue(name), add: parse.GetRequiredValue(members), remove: [], cancellationToken)));
        return command;
    }

    private static Command Remove(CommandRunner runner)
    {
        var name = Name();
        var members = Members();
        var confirm = ConfirmHolders.Option();
        var command = new Command("remove", "Take identities out of a group; the rings that they could hold roll, and the answer says when the new key is used") { name, members, confirm };
        command.SetAction(runner.Action((parse, session, cancellationToken) => Actions(session, parse.GetValue(confirm)).ChangeMembersAsync(
            parse.GetRequiredValue(name), add: [], remove: parse.GetRequiredValue(members), cancellationToken)));
        return command;
    }

    private static Command Delete(CommandRunner runner)
    {
        var name = Name();
        var confirm = ConfirmHolders.Option();
        var command = new Command("delete", "Delete a group, and with it what its bindings gave. A new one of this name is another group and inherits no binding") { name, confirm };
        command.SetAction(runner.Action((parse, session, cancellationToken) =>
            Actions(session, parse.GetValue(confirm)).DeleteAsync(parse.GetRequiredValue(name), cancellationToken)));
        return command;
    }

    private static Command Elevation(CommandRunner runner)
    {
        var name = Name();
        var level = new Option<LevelArgument[]>("--level")
        {
            Description = $"Who approves: {LevelArgument.Grammar}. May be given several times, in order; a person counts once over all of them",
            HelpName = "APPROVERS=N",
            CustomParser = Values.ToLevels,
        };
        var max = new Option<TimeSpan?>("--max") { Description = "The longest elevation, at most 4h [4h]", HelpName = "DURATION", CustomParser = Values.ToDuration };
        var pending = new Option<TimeSpan?>("--pending")
        {
            Description = "How long a request waits for its approvals, at most 7d [12h]",
            HelpName = "DURATION",
            CustomParser = Values.ToDuration,
        };
        var none = new Option<bool>("--none") { Description = "Nobody is elevated any more; those who are stay so until their end" };
        var command = new Command("elevation", "Say how humans may act as members of a group of workloads for a while: who approves, and for how long") { name, level, max, pending, none };
        command.SetAction(runner.Action((parse, session, cancellationToken) => new GroupActions(session).ElevationAsync(
            parse.GetRequiredValue(name), parse.GetValue(level) ?? [], parse.GetValue(max), parse.GetValue(pending), parse.GetValue(none), cancellationToken)));
        return command;
    }

    private static GroupActions Actions(Session session, int confirmed) => new(session) { ConfirmHolders = confirmed };

    private static Argument<string> Name() => new("NAME") { Description = "The group's name: 1 to 63 of [a-z0-9-]" };

    private static Argument<string[]> Members() => new("SPIFFE-ID")
    {
        Description = "Such as spiffe://dkm.local/ns/mail/sa/mailbox-worker",
        Arity = ArgumentArity.OneOrMore,
    };
}
