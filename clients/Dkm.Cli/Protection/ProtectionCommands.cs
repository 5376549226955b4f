namespace Dkm.Cli.Protection;

using System.Collections.Generic;
using System.CommandLine;
using Dkm.Cli.Parsing;

/// <summary><c>dkm protect</c>, <c>unprotect</c>, <c>reencrypt</c>, <c>datakey</c>.</summary>
internal static class ProtectionCommands
{
    public static IEnumerable<Command> Create(CommandRunner runner) => [Protect(runner), Unprotect(runner), Reencrypt(runner), MakeDataKey(runner)];

    private static Command Protect(CommandRunner runner)
    {
        var file = File("What to protect, at most 4,128,768 bytes (for more: dkm datakey)");
        var context = Context();
        var destination = new DestinationOptions("the envelope");
        var command = new Command("protect", "Make an envelope that only the ring's members open") { file, context };
        var ring = RingChoice.ByOption(command);
        destination.AddTo(command, withText: true);
        var where = new WhereOptions(command);
        command.SetAction(runner.Action((parse, session, cancellationToken) =>
            new ProtectionActions(session, where.Read(parse), destination.Read(parse), parse.GetValue(context) ?? [])
                .ProtectAsync(parse.GetValue(file), ring.Read(parse, session), cancellationToken)));
        return command;
    }

    private static Command Unprotect(CommandRunner runner)
    {
        var file = File("The envelope, in either form");
        var context = Context();
        var destination = new DestinationOptions("the plaintext");
        var command = new Command("unprotect", "Open an envelope") { file, context };
        var ring = RingChoice.ByOption(command, "Refuse an envelope of another ring [default: whichever it is of]");
        destination.AddTo(command, withText: false);
        var where = new WhereOptions(command);
        command.SetAction(runner.Action((parse, session, cancellationToken) =>
            new ProtectionActions(session, where.Read(parse), destination.Read(parse), parse.GetValue(context) ?? [])
                .UnprotectAsync(parse.GetValue(file), ring.Given(parse), cancellationToken)));
        return command;
    }

    private static Command Reencrypt(CommandRunner runner)
    {
        var file = File("The envelope, in either form");
        var context = Context();
        var target = new Option<string?>("--target")
        {
            Description = "The ring for the new envelope [default: the one that it is of]",
            HelpName = "RING",
        };
        var destination = new DestinationOptions("the new envelope");
        var command = new Command("reencrypt", "Open an envelope and make a new one with the primary key; nobody sees what is in it") { file, context, target };
        destination.AddTo(command, withText: true);
        var where = new WhereOptions(command);
        command.SetAction(runner.Action((parse, session, cancellationToken) =>
            new ProtectionActions(session, where.Read(parse), destination.Read(parse), parse.GetValue(context) ?? [])
                .ReencryptAsync(parse.GetValue(file), parse.GetValue(target), cancellationToken)));
        return command;
    }

    private static Command MakeDataKey(CommandRunner runner)
    {
        var context = Context();
        var length = new Option<int?>("--length")
        {
            Description = "Bytes, 16 to 1024 [default: 32]",
            HelpName = "N",
            CustomParser = Values.ToNumber(16, 1024, "--length is 16 to 1024 bytes"),
        };
        var without = new Option<bool>("--without-plaintext") { Description = "Only the envelope, to be opened when it is needed" };
        var destination = new DestinationOptions("the envelope");
        var command = new Command("datakey", "Make a fresh data key and its envelope, for what is too long for one") { context, length, without };
        var ring = RingChoice.ByOption(command);
        destination.AddTo(command, withText: false);
        var where = new WhereOptions(command);
        command.SetAction(runner.Action((parse, session, cancellationToken) =>
            new ProtectionActions(session, where.Read(parse), destination.Read(parse), parse.GetValue(context) ?? [])
                .MakeDataKeyAsync(ring.Read(parse, session), parse.GetValue(length) ?? 32, !parse.GetValue(without), cancellationToken)));
        return command;
    }

    private static Argument<string?> File(string what) => new("FILE")
    {
        Description = $"{what} [default: standard input]",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static Option<ContextPair[]> Context() => new("--context")
    {
        Description = "Bound to the envelope, not stored in it; opening needs the same, in any order. At most 8 KiB. May be given several times",
        HelpName = "key=value",
        CustomParser = Values.ToContext,
    };
}
