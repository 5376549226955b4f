using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using Dkm.Benchmarks;

// make bench: [--out FOLDER] [group …]; all groups by default. propagation and scale need etcd on the path, or in DKM_TEST_ETCD.
if (args is [MeasuredKeyRing.Command, .. var own])
{
    return await MeasuredKeyRing.RunAsync(own);
}

var arguments = args.ToList();
var at = arguments.IndexOf("--out");
var folder = at >= 0 ? arguments[at + 1] : Path.Combine("artifacts", "bench");
var wanted = arguments.Where((_, i) => at < 0 || (i != at && i != at + 1)).ToHashSet(StringComparer.Ordinal);
var groups = new Dictionary<string, Func<Task<List<Figure>>>>(StringComparer.Ordinal)
{
    ["client"] = () => EmbeddedAsync(ClientSubjects.Run),
    ["crypto"] = () => EmbeddedAsync(CryptoSubjects.Run),
    ["propagation"] = () => PropagationFigures.RunAsync(folder),
    ["audit"] = () => AuditFigures.RunAsync(folder),
    ["scale"] = () => ScaleFigures.RunAsync(folder),
};
if (wanted.Except(groups.Keys).FirstOrDefault() is { } unknown)
{
    Console.Error.WriteLine($"no group '{unknown}': {string.Join(", ", groups.Keys)}");
    return 2;
}

Directory.CreateDirectory(folder);
Figure.Screen = Console.Out;
using var log = new StreamWriter(Path.Combine(folder, "services.log"));
Console.SetOut(log);
var figures = new List<Figure>();
foreach (var (_, run) in groups.Where(group => wanted.Count == 0 || wanted.Contains(group.Key)))
{
    figures.AddRange(await run());
}

var summary = Path.Combine(folder, "summary.json");
File.WriteAllText(summary, JsonSerializer.Serialize(figures, FigureJson.Default.ListFigure) + "\n");
Figure.Screen.WriteLine($"wrote {summary}");
return 0;

async Task<List<Figure>> EmbeddedAsync(Func<string, BenchInstallation, List<Figure>> run)
{
    await using var installation = await BenchInstallation.StartAsync();
    return run(folder, installation);
}
