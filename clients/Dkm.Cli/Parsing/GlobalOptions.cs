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
        Description = "text for people, json for programs: errors too (standard error), times in UTC, durations as typed (\"90d\") [default: text]",
        HelpName = "text|json",
        Recursive = true,
        CustomParser = Values.ToOutputForm,
    };

    public Option<TimeSpan?> Timeout { get; } = new("--timeout")
    {
        Description = "Give up after this long: 1s to 30d, such as 10s or 5m [default: 30s; none for dkm dev, --wait and --watch]",
        HelpName = "DURATION",
        Recursive = true,
        CustomParser = Values.ToTimeout,
    };

    public void AddTo(Command command)
    {
        command.Add(Identity);
        command.Add(Home);
        command.Add(Output);
        command.Add(Timeout);
    }
}
