namespace Dkm.Cli.Doctor;

using System;
using System.Collections.Generic;
using System.IO;
using Dkm.Core;
using Dkm.Transport;

/// <summary>The home: there, private, and with a configuration that can be read.</summary>
internal static class HomeCheck
{
    private const string Name = "home";

    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    public static IEnumerable<CheckResult> Run(Session session)
    {
        if (!Directory.Exists(session.Home))
        {
            yield return CheckResult.Broken(Name, $"{session.Home} is not there", "start DKM on this machine (dkm dev), or name its home: --home DIR or DKM_HOME") with { Blocks = true };
            yield break;
        }

        yield return !OperatingSystem.IsWindows() && (File.GetUnixFileMode(session.Home) & Others) != 0
            ? CheckResult.Broken(Name, $"{session.Home} is open to others on this machine", $"chmod 700 '{session.Home}'")
            : CheckResult.Good(Name, session.Home);
        yield return Configuration(session);
    }

    private static CheckResult Configuration(Session session)
    {
        var file = Path.Combine(session.Home, "config.json");
        try
        {
            return DkmHome.ReadConfiguration(session.Home) is { } configuration
                ? CheckResult.Good("configuration", $"trust domain {configuration.TrustDomain}")
                : CheckResult.Broken("configuration", $"{file} is not there", "start DKM on this machine (dkm dev), which writes it; for services elsewhere write it by hand: trust_domain, access, keyring, crypto") with { Blocks = true };
        }
        catch (DkmException e)
        {
            return CheckResult.Broken("configuration", e.Message, $"correct {file}, or remove it and let dkm dev write it anew") with { Blocks = true };
        }
    }
}
