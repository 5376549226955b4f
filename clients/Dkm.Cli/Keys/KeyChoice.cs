namespace Dkm.Cli.Keys;

using System.CommandLine;
using Dkm.Cli.Failures;
using Dkm.Cli.Parsing;
using Dkm.Core;

/// <summary>One key of one ring: <c>RING KEY</c>, or the key alone where <c>--ring</c> or DKM_RING names the ring.</summary>
internal sealed class KeyChoice
{
    private readonly RingChoice ring;

    private readonly Argument<string[]> names = new("RING KEY")
    {
        Description = "The ring's name (may be left out with --ring or DKM_RING) and the key's id",
        Arity = new ArgumentArity(0, 2),
    };

    public KeyChoice(Command command)
    {
        command.Add(names);
        ring = RingChoice.ByOption(command);
    }

    public (string Ring, string Key) Read(ParseResult parse, Session session)
    {
        var given = parse.GetValue(names) ?? [];
        if (given.Length == 2)
        {
            return ring.Given(parse) is { } other && other != given[0]
                ? throw new UsageException($"two rings are named: {given[0]} and {other}")
                : (given[0], given[1]);
        }

        if (given is [var only] && KeyId.TryParse(only, out _))
        {
            return (ring.Read(parse, session), only);
        }

        // One word that is no key's id is a ring without a key.
        throw new UsageException("which key? Name the ring and the key's id", $"see which there are: dkm key list {(given is [var named] ? named : "RING")}");
    }
}
