namespace Dkm.Standalone;

using System;
using System.Collections.Generic;
using System.Globalization;
using Dkm.Core;
using Dkm.Hosting.Configuration;
using Dkm.Transport;

/// <summary>The configuration of Standalone. <c>DKM_HOME</c> and <c>DKM_PORT</c> are the names that <c>dkm</c> knows too.</summary>
internal static class StandaloneOptionsReader
{
    private const string PortVariable = "DKM_PORT";
    private const string DefaultTrustDomain = "dkm.local";
    private const int HighestFirstPort = 65_532;

    public static StandaloneOptions Read(StrictConfiguration configuration)
    {
        var development = configuration.Flag("Development");
        var home = DkmHome.Find(configuration.Find("Home"));
        var trustDomain = configuration.Find("TrustDomain") ?? DkmHome.ReadConfiguration(home)?.TrustDomain ?? DefaultTrustDomain;
        return new StandaloneOptions
        {
            Development = development,
            Home = home,
            TrustDomain = trustDomain,
            Port = ReadPort(configuration),
            StopAtEndOfInput = configuration.Flag("StopAtEndOfInput"),
            AwaitRestore = configuration.Flag("Store:AwaitRestore"),
            FirstAdministrators = ReadAdministrators(configuration, trustDomain, development),
        };
    }

    private static int? ReadPort(StrictConfiguration configuration)
    {
        if (Environment.GetEnvironmentVariable(PortVariable) is not { Length: > 0 } text)
        {
            return null;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= HighestFirstPort)
        {
            return port;
        }

        configuration.Mistake(PortVariable, $"'{text}' is not 0 (free ports) or the first of four ports, at most {HighestFirstPort}");
        return null;
    }

    private static List<SpiffeId> ReadAdministrators(StrictConfiguration configuration, string trustDomain, bool development)
    {
        var administrators = new List<SpiffeId>();
        foreach (var text in configuration.List("FirstAdministrators"))
        {
            if (SpiffeId.TryParse(text, out var id, out _) && id.Class == IdentityClass.Human && id.TrustDomain == trustDomain)
            {
                administrators.Add(id);
            }
            else
            {
                configuration.Mistake("FirstAdministrators", $"'{text}' is not a human of {trustDomain}, spiffe://{trustDomain}/human/NAME");
            }
        }

        if (development && administrators.Count == 0)
        {
            administrators.Add(SpiffeId.Parse($"spiffe://{trustDomain}/human/admin"));
        }

        return administrators;
    }
}
