namespace Dkm.Cli.Dev;

using System;
using System.CommandLine;
using System.IO;
using Dkm.Cli.Failures;
using Dkm.Cli.Parsing;

/// <summary><c>dkm dev</c></summary>
internal static class DevCommand
{
    public static Command Create(CommandRunner runner)
    {
        var port = new Option<int?>("--port")
        {
            Description = "First of four ports: Access, KeyRing, Crypto, health; 0 picks free ones, and the last ones again where they are free [default: DKM_PORT, else 8443 8444 8445 and 8081]",
            HelpName = "N",
            CustomParser = Values.ToNumber(0, 65_532, "--port is the first of four ports, at most 65532, or 0 for free ones"),
        };
        var command = new Command("dev", "Start the three services on this machine, for development, with five lines to paste") { port };
        command.SetAction(runner.Action(
            (parse, session, cancellationToken) =>
            {
                if (session.Printer.IsJson)
                {
                    throw new UsageException("dkm dev has no JSON to print");
                }

                return new StandaloneProcess(session, Find(), parse.GetValue(port)).RunAsync(cancellationToken);
            },
            unlimited: _ => true));
        return command;
    }

    private static string Find()
    {
        var name = OperatingSystem.IsWindows() ? "dkm-standalone.exe" : "dkm-standalone";
        var folder = Path.GetDirectoryName(Environment.ProcessPath) ?? AppContext.BaseDirectory;
        var path = Path.Combine(folder, name);
        return File.Exists(path) ? path : throw new UsageException($"{name} is not beside dkm, in {folder}", "build both: make build");
    }
}
