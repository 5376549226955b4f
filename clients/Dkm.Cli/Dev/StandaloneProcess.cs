namespace Dkm.Cli.Dev;

using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Cli.Parsing;
using Dkm.Transport;

/// <summary>dkm-standalone as a child: what it says goes on, an interruption is passed to it, and it ends when this process does.</summary>
internal sealed class StandaloneProcess(Session session, string executable, int? port)
{
    /// <summary>It stops within 5 s by itself.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    /// <summary>Looked at before it makes one.</summary>
    private readonly bool again = File.Exists(Path.Combine(session.Home, "data", "dkm.db"))
        || (bool.TryParse(session.Environment.Variable("DKM__Store__AwaitRestore"), out var awaits) && awaits);

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using var process = new Process { StartInfo = StartInfo() };
        process.Start();
        var told = TellAsync(process);
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            await StopAsync(process);
        }

        await told;
        return process.ExitCode;
    }

    private static async Task StopAsync(Process process)
    {
        Signals.Terminate(process);
        using var limit = new CancellationTokenSource(StopLimit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private ProcessStartInfo StartInfo()
    {
        var start = new ProcessStartInfo(executable)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,

            // Held open as long as this process lives, however it ends.
            RedirectStandardInput = true,
        };
        start.ArgumentList.Add("--Development=true");
        start.ArgumentList.Add("--StopAtEndOfInput=true");
        start.Environment[DkmHome.EnvironmentVariable] = session.Home;
        if (port is { } first)
        {
            start.Environment[EnvironmentNames.Port] = first.ToString(CultureInfo.InvariantCulture);
        }

        return start;
    }

    private async Task TellAsync(Process process)
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            session.Printer.Line(line);
            if (line.StartsWith("ready", StringComparison.Ordinal))
            {
                session.Printer.Line(Walk.Lines(session.Home, Path.GetDirectoryName(executable)!, again));
            }
        }
    }
}
