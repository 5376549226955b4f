namespace Dkm.Cli.Parsing;

using System.CommandLine;

/// <summary>The answer to "that many live holders lose it by this: is that meant?"</summary>
internal static class ConfirmHolders
{
    public static Option<int> Option() => new("--confirm-holders")
    {
        Description = "How many live holders may lose their access by this, when the command has been refused with that number",
        HelpName = "N",
    };
}
