namespace Dkm.IntegrationTests.Cli;

using System;
using System.Collections.Generic;
using System.IO;
using System.Threading.Tasks;
using Dkm.Transport;

/// <summary>A DKM home of its own in a temporary folder, and the ways to run our executables on it.</summary>
internal sealed class TestHome : IDisposable
{
    public static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    public static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    public TestHome()
    {
        Folder = Directory.CreateTempSubdirectory("dkm-it-").FullName;
        Environment = new(StringComparer.Ordinal) { ["DKM_HOME"] = Home, ["DKM_PORT"] = "0" };
    }

    public string Folder { get; }

    public string Home => Path.Combine(Folder, "home");

    public Dictionary<string, string> Environment { get; }

    public HomeConfiguration Configuration =>
        DkmHome.ReadConfiguration(Home) ?? throw new InvalidOperationException("nothing has been started on this home");

    public ChildProcess StartStandalone() => ChildProcess.Start(Binaries.Find("dkm-standalone"), ["--Development=true"], Environment);

    public Task<CommandResult> DkmAsync(params string[] arguments) => DkmAsync([], arguments);

    public Task<CommandResult> DkmAsync(byte[] input, params string[] arguments) =>
        ChildProcess.RunAsync(Binaries.Find("dkm"), arguments, Environment, input, Folder);

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
