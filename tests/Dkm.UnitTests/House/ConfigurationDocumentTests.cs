namespace Dkm.UnitTests.House;

using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using Dkm.Access;
using Dkm.Core;
using Dkm.Crypto;
using Dkm.Hosting.Configuration;
using Dkm.KeyRing;
using Dkm.Standalone;
using Xunit;

/// <summary>docs/configuration.md against the readers of the options: the same keys, and the same defaults.</summary>
public sealed class ConfigurationDocumentTests
{
    private const string Common = "Every service";

    private static readonly Dictionary<string, List<(string Key, string Default)>> Sections = Read();

    [Fact]
    public void Keys_OfEachService_AreThoseOfItsReader()
    {
        AssertKeys(configuration => configuration.ReadServer(DkmService.Access), Common);
        AssertKeys(AccessOptionsReader.Read, Common, "Access");
        AssertKeys(KeyRingOptionsReader.Read, Common, "KeyRing");
        AssertKeys(CryptoOptionsReader.Read, Common, "Crypto");
        AssertKeys(StandaloneOptionsReader.Read, "Standalone");
    }

    [Fact]
    public void Defaults_OfEachService_AreThoseOfTheCode()
    {
        AssertDefaults(configuration => AccessOptionsReader.Read(configuration) with { FirstAdministrators = [] }, Common, "Access");
        AssertDefaults(KeyRingOptionsReader.Read, Common, "KeyRing");
        AssertDefaults(CryptoOptionsReader.Read, Common, "Crypto");
        AssertDefaults(configuration => StandaloneOptionsReader.Read(configuration) with { FirstAdministrators = [] }, "Standalone");
    }

    private static void AssertKeys<T>(Func<StrictConfiguration, T> read, params string[] sections) => Assert.Equal(
        StrictConfiguration.KeysOf(read).Select(key => key.EndsWith(":0", StringComparison.Ordinal) ? key[..^2] : key).Order(StringComparer.Ordinal),
        sections.SelectMany(section => Sections[section]).Select(row => row.Key).Order(StringComparer.Ordinal));

    /// <summary>With what the page calls the default given, and without it, the options are equal.</summary>
    private static void AssertDefaults<T>(Func<StrictConfiguration, T> read, params string[] sections)
    {
        var rows = sections.SelectMany(section => Sections[section]).ToList();
        List<string> required = [.. rows.Where(row => row.Default == "required" || row.Key == "Store:File").Select(row => $"--{row.Key}={Sample(row.Key)}")];
        List<string> defaults = [.. rows.Where(row => row.Default.StartsWith('`')).Select(row => $"--{row.Key}={row.Default.Trim('`')}")];
        Assert.All(rows, row => Assert.True(row.Default is "required" or "none" || row.Default.StartsWith('`'), row.Key));

        Assert.Equal(StrictConfiguration.Bind(required, new Hashtable(), read), StrictConfiguration.Bind([.. required, .. defaults], new Hashtable(), read));
    }

    private static string Sample(string key) => key switch
    {
        "Tls:TrustDomain" => "dkm.test",
        _ when key.EndsWith(":Address", StringComparison.Ordinal) => "https://service.dkm.test:8443",
        _ => typeof(ConfigurationDocumentTests).Assembly.Location,
    };

    private static Dictionary<string, List<(string Key, string Default)>> Read()
    {
        var sections = new Dictionary<string, List<(string, string)>>(StringComparer.Ordinal);
        var current = string.Empty;
        foreach (var line in Repository.Read("docs", "configuration.md").Split('\n'))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal))
            {
                current = line[3..];
                sections[current] = [];
            }
            else if (line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| key |", StringComparison.Ordinal))
            {
                var cells = line.Split('|', StringSplitOptions.TrimEntries);
                sections[current].Add((cells[1], cells[2]));
            }
        }

        return sections;
    }
}
