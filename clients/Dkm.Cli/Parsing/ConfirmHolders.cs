namespace Dkm.Cli.Parsing;

using System.CommandLine;

/// <summary>The answer to "that many identities that hold it now lose it by this: is that meant?"</summary>
internal static class ConfirmHolders
{
    public static Option<int> Option() => new("--confirm-holders")
    {
        Description = "How many identities that hold it now may lose it by this, at most: the number that the command was refused with, or more",
        HelpName = "N",
    };
}
