using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using Dkm.Benchmarks;

// make bench: [--out FOLDER] [group …]; the groups are client and crypto, both by default.
var arguments = args.ToList();
var at = arguments.IndexOf("--out");
var folder = at >= 0 ? arguments[at + 1] : Path.Combine("artifacts", "bench");
var wanted = arguments.Where((_, i) => at < 0 || (i != at && i != at + 1)).ToHashSet(StringComparer.Ordinal);
var groups = new Dictionary<string, Func<string, BenchInstallation, List<Figure>>>(StringComparer.Ordinal)
{
    ["client"] = ClientSubjects.Run,
    ["crypto"] = CryptoSubjects.Run,
};
if (wanted.Except(groups.Keys).FirstOrDefault() is { } unknown)
{
    Console.Error.WriteLine($"no group '{unknown}': {string.Join(", ", groups.Keys)}");
    return 2;
}

Directory.CreateDirectory(folder);
await using var installation = await BenchInstallation.StartAsync();
var figures = groups.Where(group => wanted.Count == 0 || wanted.Contains(group.Key)).SelectMany(group => group.Value(folder, installation)).ToList();
var summary = Path.Combine(folder, "summary.json");
File.WriteAllText(summary, JsonSerializer.Serialize(figures, FigureJson.Default.ListFigure) + "\n");
Console.WriteLine($"wrote {summary}");
return 0;
