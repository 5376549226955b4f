namespace Dkm.Cli.Elevations;

using System;
using System.CommandLine;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Cli.Parsing;

/// <summary><c>dkm elevate …</c></summary>
internal static class ElevationCommands
{
    public static Command Create(CommandRunner runner) => new("elevate", "Act as a member of a group of workloads for a while, with the approval of others")
    {
        Request(runner),
        List(runner),
        Show(runner),
        Approve(runner),
        WithReason(runner, "deny", "End a request, as one of its approvers", (actions, id, reason, token) => actions.DenyAsync(id, reason, token)),
        Cancel(runner),
        WithReason(
            runner, "revoke", "End an elevation before its time: its approvers, administrators, or whoever has it", (actions, id, reason, token) => actions.RevokeAsync(id, reason, token)),
        Credential(runner),
    };

    private static Command Request(CommandRunner runner)
    {
        var group = new Option<string>("--group") { Description = "The group of workloads to act as a member of", HelpName = "GROUP", Required = true };
        var reason = Reason(required: true);
        var ticket = new Option<string?>("--ticket") { Description = "What it belongs to, such as the number of an incident", HelpName = "TEXT" };
        var duration = new Option<TimeSpan?>("--duration")
        {
            Description = "How long, from the last approval on: 30m, 1h; at most what the group allows",
            HelpName = "DURATION",
            Required = true,
            CustomParser = Values.ToDuration,
        };
        var ring = new Option<string[]>("--ring") { Description = "Only this ring; may be given several times [all that the group is bound to]", HelpName = "RING" };
        var operations = new Option<int?>("--max-operations")
        {
            Description = "At most so many operations",
            HelpName = "N",
            CustomParser = Values.ToNumber(1, int.MaxValue, "--max-operations is a whole number from 1 on"),
        };
        var command = new Command("request", "Ask for it; prints the id that others approve") { group, reason, ticket, duration, ring, operations };
        command.SetAction(runner.Action((parse, session, cancellationToken) => new ElevationActions(session).RequestAsync(
            parse.GetRequiredValue(group),
            parse.GetRequiredValue(reason)!,
            parse.GetValue(ticket),
            parse.GetValue(duration) ?? default,
            parse.GetValue(ring) ?? [],
            parse.GetValue(operations),
            cancellationToken)));
        return command;
    }

    private static Command List(CommandRunner runner)
    {
        var waiting = new Option<bool>("--waiting") { Description = "Only those that wait for your approval" };
        var state = new Option<string?>("--state") { Description = "Only those in this state, such as pending or active", HelpName = "STATE", CustomParser = Values.ToPetitionState };
        var command = new Command("list", "Your own, those that you may approve, and for administrators and auditors all; the newest first") { waiting, state };
        command.SetAction(runner.Action((parse, session, cancellationToken) =>
            new ElevationActions(session).ListAsync(parse.GetValue(waiting), parse.GetValue(state), cancellationToken)));
        return command;
    }

    private static Command Show(CommandRunner runner)
    {
        var id = Id();
        var command = new Command("show", "One elevation: what was asked for, who has approved, what is missing") { id };
        command.SetAction(runner.Action((parse, session, cancellationToken) => new ElevationActions(session).ShowAsync(parse.GetRequiredValue(id), cancellationToken)));
        return command;
    }

    private static Command Approve(CommandRunner runner)
    {
        var (id, reason) = (Id(), Reason(required: false));
        var digest = new Option<string?>("--digest") { Description = "Approve only if it is the one that you have read (dkm elevate show)", HelpName = "HEX" };
        var command = new Command("approve", "Approve the open level; the last approval that was missing puts it in force") { id, reason, digest };
        command.SetAction(runner.Action((parse, session, cancellationToken) => new ElevationActions(session).ApproveAsync(
            parse.GetRequiredValue(id), parse.GetValue(reason), parse.GetValue(digest), cancellationToken)));
        return command;
    }

    private static Command Cancel(CommandRunner runner)
    {
        var id = Id();
        var command = new Command("cancel", "Take your own request back") { id };
        command.SetAction(runner.Action((parse, session, cancellationToken) => new ElevationActions(session).CancelAsync(parse.GetRequiredValue(id), cancellationToken)));
        return command;
    }

    private static Command Credential(CommandRunner runner)
    {
        var id = Id();
        var command = new Command("credential", "Get the temporary certificate of your elevation, as identity elevated-<ID>; ends with the elevation") { id };
        command.SetAction(runner.Action((parse, session, cancellationToken) => new ElevationActions(session).CredentialAsync(parse.GetRequiredValue(id), cancellationToken)));
        return command;
    }

    private static Command WithReason(
        CommandRunner runner, string name, string description, Func<ElevationActions, string, string, CancellationToken, Task> act)
    {
        var (id, reason) = (Id(), Reason(required: true));
        var command = new Command(name, description) { id, reason };
        command.SetAction(runner.Action((parse, session, cancellationToken) =>
            act(new ElevationActions(session), parse.GetRequiredValue(id), parse.GetRequiredValue(reason)!, cancellationToken)));
        return command;
    }

    private static Argument<string> Id() => new("ID") { Description = "The elevation's id, as request and list print it" };

    private static Option<string?> Reason(bool required) => new("--reason") { Description = "Why, for whoever reads it later", HelpName = "TEXT", Required = required };
}
