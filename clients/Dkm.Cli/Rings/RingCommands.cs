namespace Dkm.Cli.Rings;

using System.CommandLine;
using Dkm.Cli.Parsing;

/// <summary><c>dkm ring …</c></summary>
internal static class RingCommands
{
    public static Command Create(CommandRunner runner) => new("ring", "Key rings: their policy, who may use them, rollover")
    {
        CreateRing(runner),
        List(runner),
        Show(runner),
        Update(runner),
        Bind(runner),
        Unbind(runner),
        Roll(runner),
        Status(runner),
    };

    private static Command CreateRing(CommandRunner runner)
    {
        var name = Name();
        var bind = new Option<BindingArgument[]>("--bind")
        {
            Description = $"Who may do what: {BindingArgument.Grammar}. May be given several times",
            HelpName = "GROUP=PERM,…",
            CustomParser = Values.ToBindings,
        };
        var description = Description();
        var policy = new PolicyOptions();
        var command = new Command("create", "Make a ring and its first key, active at once") { name, bind };
        policy.AddTo(command, withDefaults: true);
        command.Add(description);
        command.SetAction(runner.Action((parse, session, cancellationToken) => new RingActions(session).CreateAsync(
            parse.GetRequiredValue(name), policy.Read(parse).Policy, parse.GetValue(bind) ?? [], parse.GetValue(description), cancellationToken)));
        return command;
    }

    private static Command List(CommandRunner runner)
    {
        var command = new Command("list", "All rings");
        command.SetAction(runner.Action((_, session, cancellationToken) => new RingActions(session).ListAsync(cancellationToken)));
        return command;
    }

    private static Command Show(CommandRunner runner)
    {
        var command = new Command("show", "One ring: policy, bindings, primary key");
        var ring = RingChoice.ByPosition(command);
        command.SetAction(runner.Action((parse, session, cancellationToken) =>
            new RingActions(session).ShowAsync(ring.Read(parse, session), cancellationToken)));
        return command;
    }

    private static Command Update(CommandRunner runner)
    {
        var command = new Command("update", "Change what is given, leave the rest");
        var ring = RingChoice.ByPosition(command);
        var policy = new PolicyOptions();
        var description = Description();
        policy.AddTo(command, withDefaults: false);
        command.Add(description);
        var confirm = ConfirmHolders.Option();
        command.Add(confirm);
        command.SetAction(runner.Action((parse, session, cancellationToken) =>
        {
            var (given, paths) = policy.Read(parse);
            return Actions(session, parse.GetValue(confirm)).UpdateAsync(ring.Read(parse, session), given, paths, parse.GetValue(description), cancellationToken);
        }));
        return command;
    }

    private static Command Bind(CommandRunner runner)
    {
        var name = Name();
        var binding = new Argument<BindingArgument[]>("GROUP=PERM,…")
        {
            Description = BindingArgument.Grammar,
            Arity = ArgumentArity.OneOrMore,
            CustomParser = Values.ToBindings,
        };
        var confirm = ConfirmHolders.Option();
        var command = new Command("bind", "Let a group do something on a ring, besides what it may do already (dkm ring unbind takes away)") { name, binding, confirm };
        command.SetAction(runner.Action((parse, session, cancellationToken) => Actions(session, parse.GetValue(confirm)).BindAsync(
            parse.GetRequiredValue(name), parse.GetRequiredValue(binding), cancellationToken)));
        return command;
    }

    private static Command Unbind(CommandRunner runner)
    {
        var name = Name();
        var confirm = ConfirmHolders.Option();
        var what = new Argument<UnbindingArgument>("GROUP[=PERM,…]")
        {
            Description = "The group's name takes all that it may do; with permissions, only those",
            CustomParser = Values.ToUnbinding,
        };
        var command = new Command("unbind", "Take a group off a ring, or some permissions from it. Who can hold no more makes the ring roll") { name, what, confirm };
        command.SetAction(runner.Action((parse, session, cancellationToken) => Actions(session, parse.GetValue(confirm)).UnbindAsync(
            parse.GetRequiredValue(name), parse.GetRequiredValue(what), cancellationToken)));
        return command;
    }

    private static Command Roll(CommandRunner runner)
    {
        var immediate = new Option<bool>("--immediate") { Description = "For a compromise: the fresh key is primary at once instead of after the lead; holders that lack it ask for it" };
        var wait = new Option<bool>("--wait") { Description = "Wait until the key is primary; for ever, unless --timeout is given" };
        var command = new Command("roll", "Make the next key now instead of at its time. Old envelopes still open") { immediate, wait };
        var ring = RingChoice.ByPosition(command);
        command.SetAction(runner.Action(
            (parse, session, cancellationToken) => new Rollover(session, ring.Read(parse, session))
                .RunAsync(parse.GetValue(immediate), parse.GetValue(wait), cancellationToken),
            unlimited: parse => parse.GetValue(wait)));
        return command;
    }

    private static Command Status(CommandRunner runner)
    {
        var watch = new Option<bool>("--watch") { Description = "Go on, and say what changes, until interrupted or --timeout (exit code 0 then)" };
        var command = new Command("status", "What is used now, what comes next and when, who holds it, who is behind") { watch };
        var ring = RingChoice.ByPosition(command);
        command.SetAction(runner.Action(
            (parse, session, cancellationToken) => new StatusReport(session, ring.Read(parse, session))
                .RunAsync(parse.GetValue(watch), cancellationToken),
            unlimited: parse => parse.GetValue(watch)));
        return command;
    }

    private static RingActions Actions(Session session, int confirmed) => new(session) { ConfirmHolders = confirmed };

    private static Argument<string> Name() => new("RING") { Description = "The ring's name, such as mail/connected-accounts" };

    private static Option<string?> Description() => new("--description") { Description = "Free text for people", HelpName = "TEXT" };
}
