namespace Dkm.Cli.Doctor;

using System;
using System.Collections.Generic;
using System.IO;
using Dkm.Cli.Doctor.Rules;
using Dkm.Cli.Failures;
using Dkm.Cli.Output;
using Dkm.Cli.Parsing;
using Dkm.Core;
using Dkm.Transport;

/// <summary>The caller's own certificate and key: there, private, valid now and for a while.</summary>
internal static class IdentityCheck
{
    private const string Name = "identity";

    public static IEnumerable<CheckResult> Run(Session session)
    {
        if (!Directory.Exists(session.Home))
        {
            // Said once, by the check of the home.
            yield break;
        }

        yield return Certificate(session);
        if (KeyIsOpen(session) is { } open)
        {
            yield return open;
        }
    }

    private static CheckResult Certificate(Session session)
    {
        try
        {
            var leaf = session.Certificate.Leaf;
            var now = session.Time.GetUtcNow();
            var end = new DateTimeOffset(leaf.NotAfter.ToUniversalTime(), TimeSpan.Zero);
            var start = new DateTimeOffset(leaf.NotBefore.ToUniversalTime(), TimeSpan.Zero);
            var who = $"{session.IdentityName} is {session.Caller?.ToString() ?? "nobody that DKM knows"}";
            var renew = $"for development: dkm pki issue {session.IdentityName} --id {session.Caller?.ToString() ?? "SPIFFE-ID"}";
            return (session.Caller, now) switch
            {
                (null, _) => CheckResult.Broken(Name, who, renew),
                var (_, at) when at < start => CheckResult.Broken(Name, $"{who}, not valid before {Times.Of(start)}", "look at this machine's clock"),
                var (_, at) when at >= end => CheckResult.Broken(Name, $"{who}, expired at {Times.Of(end)}", renew),
                var (_, at) when CertificateRule.EndsSoon(start, end, at) =>
                    CheckResult.Watch(Name, $"{who}, expires in {Durations.FormatRough(end - at)}", renew),
                _ => CheckResult.Good(Name, $"{who}, until {Times.Of(end)}"),
            };
        }
        catch (UsageException e)
        {
            return CheckResult.Broken(Name, e.Message, e.Hint?.Replace("\n", "; ", StringComparison.Ordinal) ?? "name another: --identity NAME") with { Blocks = true };
        }
        catch (DkmException e)
        {
            return CheckResult.Broken(Name, e.Message, $"look at the files in {session.IdentityDirectory}") with { Blocks = true };
        }
    }

    private static CheckResult? KeyIsOpen(Session session)
    {
        var key = IdentityFiles.FromDirectory(session.IdentityDirectory).KeyFile;
        return !OperatingSystem.IsWindows() && File.Exists(key)
            && (File.GetUnixFileMode(key) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != 0
            ? CheckResult.Broken("private key", $"{key} is open to others", $"chmod 600 '{key}', and issue a new one if somebody may have read it")
            : null;
    }
}
