namespace Dkm.Cli.Parsing;

using System;
using System.CommandLine;
using Dkm.Cli.Output;

/// <summary>Options that every command knows, before or after its name.</summary>
internal sealed class GlobalOptions
{
    public Option<string?> Identity { get; } = new("--identity")
    {
        Description = "Who you are: a folder of certificate files under <home>/pki [default: DKM_IDENTITY, else admin]",
        HelpName = "NAME",
        Recursive = true,
    };

    public Option<string?> Home { get; } = new("--home")
    {
        Description = "Where addresses and identities lie [default: DKM_HOME, else the nearest .dkm upwards]",
        HelpName = "DIR",
        Recursive = true,
    };

    public Option<OutputForm> Output { get; } = new("--output")
    {
        Description = "text for people, json for programs (errors too, on standard error) [default: text]",
        HelpName = "text|json",
        Recursive = true,
        CustomParser = Values.ToOutputForm,
    };

    public Option<TimeSpan?> Timeout { get; } = new("--timeout")
    {
        Description = $"Give up after this long: {Durations.Grammar} [default: 30s; none for --wait and --watch]",
        HelpName = "DURATION",
        Recursive = true,
        CustomParser = Values.ToDuration,
    };

    public void AddTo(Command command)
    {
        command.Add(Identity);
        command.Add(Home);
        command.Add(Output);
        command.Add(Timeout);
    }
}
