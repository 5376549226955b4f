namespace Dkm.Cli.Protection;

using System.CommandLine;
using Dkm.Cli.Failures;

/// <summary><c>--local</c> and <c>--remote</c>.</summary>
internal sealed class WhereOptions
{
    private readonly Option<bool> local = new("--local") { Description = "In this process, with keys that you may hold" };
    private readonly Option<bool> remote = new("--remote") { Description = "Through Crypto [default: local where you may hold, else remote]" };

    public WhereOptions(Command command)
    {
        command.Add(local);
        command.Add(remote);
    }

    public Place Read(ParseResult parse) => (parse.GetValue(local), parse.GetValue(remote)) switch
    {
        (true, true) => throw new UsageException("--local and --remote exclude each other"),
        (true, _) => Place.Local,
        (_, true) => Place.Remote,
        _ => Place.Either,
    };
}
