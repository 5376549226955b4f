namespace Dkm.Benchmarks;

using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;

/// <summary>
/// Times subjects in interleaved rounds (A B C A B C …), so that a drift of the machine meets all of them, and writes medians, ratios and the raw rounds.
/// A ratio is the median of the ratios of the rounds.
/// </summary>
internal sealed class Comparison(string group, string method, int rounds, TimeSpan roundTime)
{
    private readonly List<Subject> subjects = [];
    private readonly List<(string Name, string Against)> pairs = [];

    public Comparison Time(Subject subject)
    {
        subjects.Add(subject);
        return this;
    }

    public Comparison Against(string name, string against)
    {
        pairs.Add((name, against));
        return this;
    }

    public List<Figure> Run(string folder)
    {
        foreach (var subject in subjects)
        {
            subject.Run(roundTime);
        }

        var samples = subjects.ToDictionary(subject => subject.Name, _ => new List<Sample>(), StringComparer.Ordinal);
        for (var round = 0; round < rounds; round++)
        {
            foreach (var subject in subjects)
            {
                GC.Collect();
                samples[subject.Name].Add(subject.Run(roundTime));
            }
        }

        Write(folder, samples);
        return Summarize(samples);
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    private List<Figure> Summarize(Dictionary<string, List<Sample>> samples)
    {
        var figures = new List<Figure>();
        foreach (var subject in subjects)
        {
            var value = Median(samples[subject.Name].Select(sample => sample.PerSecond));
            var compared = pairs.Where(pair => pair.Name == subject.Name).ToList();
            if (compared.Count == 0)
            {
                figures.Add(new Figure(subject.Name, Math.Round(value, 1), subject.Unit, null, null));
            }

            foreach (var (_, against) in compared)
            {
                var ratio = Median(samples[subject.Name].Zip(samples[against], (mine, other) => mine.PerSecond / other.PerSecond));
                figures.Add(new Figure(subject.Name, Math.Round(value, 1), subject.Unit, against, Math.Round(ratio, 3)));
            }
        }

        figures.ForEach(figure => figure.Tell());
        return figures;
    }

    private void Write(string folder, Dictionary<string, List<Sample>> samples)
    {
        var raw = new RawGroup(
            group,
            Machine.Current(),
            string.Create(CultureInfo.InvariantCulture, $"{method} One warm-up round, then {rounds} interleaved rounds of {roundTime.TotalSeconds} s."),
            [
                .. subjects.Select(subject => new RawSubject(
                    subject.Name,
                    subject.Unit,
                    Median(samples[subject.Name].Select(sample => sample.PerSecond)),
                    samples[subject.Name].Min(sample => sample.PerSecond),
                    samples[subject.Name].Max(sample => sample.PerSecond),
                    samples[subject.Name])),
            ]);
        File.WriteAllText(Path.Combine(folder, group + ".json"), JsonSerializer.Serialize(raw, FigureJson.Default.RawGroup) + "\n");
    }
}
