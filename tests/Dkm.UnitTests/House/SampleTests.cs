namespace Dkm.UnitTests.House;

using System;
using System.IO;
using System.Linq;
using Xunit;

/// <summary>README shows what the sample does with DKM: the ten lines that are in it, and not others.</summary>
public sealed class SampleTests
{
    [Fact]
    public void Credentials_UseOfDkm_IsTenLinesAtMostAndReadmeShowsThem()
    {
        var body = Repository.Read("samples", "ConnectedAccounts", "Credentials.cs").Split('\n')
            .SkipWhile(line => !line.Contains("class Credentials", StringComparison.Ordinal)).Skip(2)
            .TakeWhile(line => line != "}")
            .Select(line => line.StartsWith("    ", StringComparison.Ordinal) ? line[4..] : line)
            .ToList();
        Assert.Contains(body, line => line.Contains("DkmClient.Create", StringComparison.Ordinal));

        Assert.InRange(body.Count(line => line.Length > 0), 1, 10);
        Assert.Contains($"```csharp\n{string.Join('\n', body)}\n```", Repository.Read("README.md"), StringComparison.Ordinal);

        // Nothing else of the sample asks DKM for anything: it reads headers of envelopes and names of errors.
        foreach (var file in Directory.GetFiles(Path.Combine(Repository.Root, "samples", "ConnectedAccounts"), "*.cs").Where(file => Path.GetFileName(file) != "Credentials.cs"))
        {
            Assert.DoesNotContain("Dkm.Client", File.ReadAllText(file), StringComparison.Ordinal);
        }
    }
}
