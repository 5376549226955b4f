namespace Dkm.IntegrationTests.Chart;

using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.IntegrationTests.Cli;

/// <summary>The helm that tests/prepare.sh puts there, else the one on the path, on the chart of this repository.</summary>
internal static class Helm
{
    public const string Namespace = "dkm";

    /// <summary>The value sets of k8s/dkm/ci, by their names.</summary>
    public static IReadOnlyList<string> ValueSets { get; } =
        [.. Directory.EnumerateFiles(Path.Combine(Binaries.Repository, "k8s", "dkm", "ci"), "*-values.yaml").Select(file => Path.GetFileName(file).Replace("-values.yaml", string.Empty, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    public static string ValuesText(string set) => File.ReadAllText(ValuesFile(set));

    /// <summary>What helm writes for a value set and what is set besides; with it what it says on standard error, and the exit code.</summary>
    public static async Task<(int Code, string Output, string Error)> TemplateAsync(string set, IEnumerable<string> more, CancellationToken cancellationToken)
    {
        var pinned = Path.Combine(Binaries.Repository, "tests", "chart", "node_modules", ".helm", "helm");
        var start = new ProcessStartInfo(
            File.Exists(pinned) ? pinned : "helm",
            ["template", "dkm", Path.Combine(Binaries.Repository, "k8s", "dkm"), "--namespace", Namespace, "--values", ValuesFile(set), .. more.SelectMany(one => new[] { "--set", one })])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException("helm does not start: ./tests/prepare.sh chart");
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, await output, await error);
    }

    private static string ValuesFile(string set) => Path.Combine(Binaries.Repository, "k8s", "dkm", "ci", $"{set}-values.yaml");
}
