namespace Dkm.Cli.Protection;

using System.CommandLine;

/// <summary><c>--out</c> and <c>--text</c>.</summary>
internal sealed class DestinationOptions(string what)
{
    private readonly Option<string?> path = new("--out")
    {
        Description = $"Write {what} to this file, 0600; it appears when it is complete and replaces what has that name [default: standard output]",
        HelpName = "PATH",
    };

    private readonly Option<bool> text = new("--text") { Description = "The text form: dkm1. and base64url" };

    public void AddTo(Command command, bool withText)
    {
        command.Add(path);
        if (withText)
        {
            command.Add(text);
        }
    }

    public Destination Read(ParseResult parse) =>
        new(parse.GetValue(path), parse.CommandResult.GetResult(text) is not null && parse.GetValue(text));
}
