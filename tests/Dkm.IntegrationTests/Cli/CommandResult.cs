namespace Dkm.IntegrationTests.Cli;

using System.Text;

/// <summary>What a command left behind.</summary>
internal sealed record CommandResult(int ExitCode, byte[] OutputBytes, string Error)
{
    public string Output => Encoding.UTF8.GetString(OutputBytes);
}
