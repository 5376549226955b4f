namespace Dkm.IntegrationTests.Cli;

using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

/// <summary>A process of ours: what it says line by line, signals to it by its own id, and an end with the test whatever happens.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly StringBuilder said = new();
    private readonly Lock gate = new();
    private readonly Task reading;

    private ChildProcess(Process process)
    {
        this.process = process;
        reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
    }

    public string Said
    {
        get
        {
            lock (gate)
            {
                return said.ToString();
            }
        }
    }

    public static ChildProcess Start(string executable, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment) =>
        new(Process.Start(StartInfo(executable, arguments, environment, redirectInput: false))!);

    /// <summary>Runs to the end; kills what takes longer than that.</summary>
    public static async Task<CommandResult> RunAsync(
        string executable, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment, byte[]? input = null, string? folder = null, int seconds = 60)
    {
        var start = StartInfo(executable, arguments, environment, redirectInput: true);
        start.WorkingDirectory = folder ?? string.Empty;
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        using var output = new MemoryStream();
        var copying = process.StandardOutput.BaseStream.CopyToAsync(output, limit.Token);
        var error = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input ?? [], limit.Token);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It needed no input and has ended.
        }

        try
        {
            await copying;
            await process.WaitForExitAsync(limit.Token);
            return new CommandResult(process.ExitCode, output.ToArray(), await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{Path.GetFileName(executable)} {string.Join(' ', arguments)} did not end within {seconds} s");
        }
    }

    public async Task<string> WaitForLineAsync(string beginning, TimeSpan limit)
    {
        using var timeout = new CancellationTokenSource(limit);
        while (true)
        {
            var line = Said.Split('\n').FirstOrDefault(line => line.StartsWith(beginning, StringComparison.Ordinal));
            if (line is not null)
            {
                return line;
            }

            if (process.HasExited || timeout.IsCancellationRequested)
            {
                throw new InvalidOperationException($"no line begins with '{beginning}'; it said:\n{Said}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), CancellationToken.None);
        }
    }

    /// <summary>SIGINT or SIGTERM, to this one process.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("/bin/kill", [signal, $"{process.Id}"]);
        await kill.WaitForExitAsync();
    }

    public void Kill() => process.Kill();

    public async Task<int> ExitCodeAsync(TimeSpan limit)
    {
        using var timeout = new CancellationTokenSource(limit);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"it did not end within {limit}; it said:\n{Said}");
        }

        await reading;
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }

        process.Dispose();
    }

    private static ProcessStartInfo StartInfo(
        string executable, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment, bool redirectInput)
    {
        var start = new ProcessStartInfo(executable)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = redirectInput,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("DKM", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        // What runs for seconds spends most of them in the compiler, and would compile much of it once more to measure itself.
        start.Environment["DOTNET_TieredPGO"] = "0";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (gate)
            {
                said.Append(line).Append('\n');
            }
        }
    }
}
