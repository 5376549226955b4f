namespace Dkm.Cli;

using System;
using System.CommandLine;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Cli.Output;
using Dkm.Cli.Parsing;

/// <summary>From the words of the command line to an exit code.</summary>
internal static class CommandLine
{
    /// <summary>No response files: a value that begins with '@' is a value. No bundling: <c>-abc</c> is a mistake.</summary>
    private static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null, EnablePosixBundling = false };

    public static async Task<int> RunAsync(string[] arguments, CliEnvironment environment)
    {
        var options = new GlobalOptions();
        var runner = new CommandRunner(environment, options);
        var parse = CommandTree.Create(runner, options).Parse(arguments.Length == 0 ? ["--help"] : arguments, Parsing);
        if (parse.Action is not { ClearsParseErrors: true } && UsageMistakes.Find(parse) is { } mistake)
        {
            return runner.Fail(WantsJson(arguments) ? OutputForm.Json : OutputForm.Text, mistake);
        }

        using var interrupted = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        await using var output = new StreamWriter(environment.Output, new UTF8Encoding(false), leaveOpen: true) { AutoFlush = true };
        return await parse.InvokeAsync(
            new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
                Output = output,
                Error = environment.Error,
            },
            interrupted.Token);

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            interrupted.Cancel();
        }
    }

    /// <summary>The words could not be parsed, so they are looked at.</summary>
    private static bool WantsJson(string[] arguments)
    {
        var at = Array.IndexOf(arguments, "--output");
        return arguments.Contains("--output=json", StringComparer.Ordinal) || (at >= 0 && at + 1 < arguments.Length && arguments[at + 1] == "json");
    }
}
