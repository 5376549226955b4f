namespace Dkm.IntegrationTests.Cli;

using System;
using System.IO;

/// <summary>The published executables: the folder of DKM_BIN, else artifacts/bin below the repository.</summary>
internal static class Binaries
{
    public static string Repository { get; } = FindRepository();

    public static string Folder { get; } = Path.GetFullPath(
        Environment.GetEnvironmentVariable("DKM_BIN") is { Length: > 0 } named ? named : Path.Combine(Repository, "artifacts", "bin"));

    public static string Find(string name)
    {
        var path = Path.Combine(Folder, OperatingSystem.IsWindows() ? name + ".exe" : name);
        return File.Exists(path) ? path : throw new InvalidOperationException($"{path} is not there. Run: make build");
    }

    private static string FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Dkm.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("the tests run below the folder of Dkm.sln");
    }
}
