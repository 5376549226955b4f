namespace Dkm.Cli.Parsing;

using System.CommandLine;
using Dkm.Cli.Failures;

/// <summary>The ring that a command is about: named by position, by <c>--ring</c>, or by DKM_RING.</summary>
internal sealed class RingChoice
{
    private const string Usual = "The ring's name [default: DKM_RING]";

    private readonly Argument<string?> position = new("RING")
    {
        Description = Usual,
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> option;

    private RingChoice(Command command, bool byPosition, string description)
    {
        option = new("--ring") { Description = description, HelpName = "RING" };
        if (byPosition)
        {
            command.Add(position);
        }

        command.Add(option);
    }

    public static RingChoice ByPosition(Command command) => new(command, byPosition: true, Usual);

    public static RingChoice ByOption(Command command, string description = Usual) =>
        new(command, byPosition: false, description);

    /// <summary>What the command line itself says.</summary>
    public string? Given(ParseResult parse) =>
        (parse.CommandResult.GetResult(position) is null ? null : parse.GetValue(position)) ?? parse.GetValue(option);

    public string Read(ParseResult parse, Session session) =>
        Given(parse)
        ?? session.Environment.Variable(EnvironmentNames.Ring) switch
        {
            { Length: > 0 } usual => usual,
            _ => throw new UsageException("which ring? Name it, or set DKM_RING", "see which there are: dkm ring list"),
        };
}
