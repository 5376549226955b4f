namespace Dkm.UnitTests.House;

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using Xunit;

/// <summary>THREAT_MODEL.md promises tests by name; here it is held to that.</summary>
public sealed partial class ThreatModelTests
{
    [Fact]
    public void EveryTestNamed_IsThere()
    {
        var named = TestName().Matches(Repository.Read("THREAT_MODEL.md")).Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        Assert.True(named.Count > 50, "the table was read");

        Assert.Equal([], named.Except(Tests()).Order(StringComparer.Ordinal).ToList());
    }

    [Fact]
    public void EveryRowOfTheTable_NamesATest()
    {
        var rows = Repository.Read("THREAT_MODEL.md").Split('\n')
            .SkipWhile(line => line != "| attack | answer | test |").Skip(2)
            .TakeWhile(line => line.StartsWith('|'))
            .Where(line => !line.StartsWith("| **", StringComparison.Ordinal))
            .ToList();
        Assert.True(rows.Count > 40, "the table was found");

        Assert.DoesNotContain(rows, row => !TestName().IsMatch(row));
    }

    [Fact]
    public void Tests_OfThisFile_AreFound() => Assert.Contains($"{nameof(ThreatModelTests)}.{nameof(EveryTestNamed_IsThere)}", Tests());

    /// <summary>As <c>Class.Method</c>, from the sources: unit tests do not refer to the integration tests.</summary>
    private static HashSet<string> Tests()
    {
        var tests = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*.cs", SearchOption.AllDirectories))
        {
            var text = File.ReadAllText(file);
            if (ClassName().Match(text) is { Success: true } found)
            {
                tests.UnionWith(TestMethod().Matches(text).Select(match => $"{found.Groups[1].Value}.{match.Groups[1].Value}"));
            }
        }

        return tests;
    }

    [GeneratedRegex(@"`([A-Z]\w*(?:Tests|Contract)\.\w+)`")]
    private static partial Regex TestName();

    [GeneratedRegex(@"^(?:public|internal) [a-z ]*class (\w+)", RegexOptions.Multiline)]
    private static partial Regex ClassName();

    /// <summary>A method that xunit runs: the attributes stand right above it.</summary>
    [GeneratedRegex(@"\[(?:Fact|Theory)[^\n]*\n(?:    (?:\[|//|    )[^\n]*\n)*    public (?:async )?(?:Task|void) (\w+)\(")]
    private static partial Regex TestMethod();
}
