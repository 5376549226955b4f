namespace Dkm.Cli.Pki;

using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Dkm.Cli.Failures;
using Dkm.Cli.Output;
using Dkm.Core;
using Dkm.Transport;
using Microsoft.Extensions.Logging.Abstractions;

/// <summary><c>dkm pki …</c>: certificates for development. The CA keys lie in the home, so whoever reads it can be anybody.</summary>
internal static class PkiCommands
{
    private const string DefaultTrustDomain = "dkm.local";

    public static Command Create(CommandRunner runner) => new("pki", "Certificates for development only: whoever reads the home can be anybody")
    {
        Init(runner),
        Issue(runner),
    };

    private static Command Init(CommandRunner runner)
    {
        var trustDomain = new Option<string?>("--trust-domain") { Description = $"Of all identities [{DefaultTrustDomain}]", HelpName = "NAME" };
        var command = new Command("init", "Make the CAs, the services' identities, admin and mailbox-worker; what is there stays") { trustDomain };
        command.SetAction(runner.Action((parse, session, _) =>
        {
            InitializeHome(session, parse.GetValue(trustDomain));
            return Task.CompletedTask;
        }));
        return command;
    }

    private static Command Issue(CommandRunner runner)
    {
        var name = new Argument<string>("NAME") { Description = "The folder below <home>/pki; for --identity" };
        var id = new Option<string>("--id") { Description = "The SPIFFE ID, such as spiffe://dkm.local/ns/mail/sa/imap; this or --etcd is required", HelpName = "SPIFFE-ID" };
        var etcd = new Option<EtcdRole?>("--etcd")
        {
            Description = "Instead of --id: a certificate of an etcd on this machine, member or client; NAME is its common name, by which etcd knows a client",
            HelpName = "ROLE",
        };
        var command = new Command("issue", "Make an identity, by --id or --etcd, one of which is required; replaces the certificate of one that is there") { name, id, etcd };
        command.SetAction(runner.Action((parse, session, _) =>
        {
            switch (parse.GetValue(id), parse.GetValue(etcd))
            {
                case ({ } text, null):
                    IssueIdentity(session, parse.GetRequiredValue(name), text);
                    break;
                case (null, { } role):
                    IssueForEtcd(session, parse.GetRequiredValue(name), role);
                    break;
                default:
                    throw new UsageException("say who it is", "--id SPIFFE-ID, or --etcd member|client");
            }

            return Task.CompletedTask;
        }));
        return command;
    }

    private static void InitializeHome(Session session, string? trustDomain)
    {
        DkmHome.Ensure(session.Home);
        var configuration = DkmHome.ReadConfiguration(session.Home);
        if (configuration is not null && trustDomain is not null && configuration.TrustDomain != trustDomain)
        {
            throw new UsageException($"{session.Home} is of trust domain {configuration.TrustDomain}", "take another home: --home DIR");
        }

        configuration ??= new HomeConfiguration { TrustDomain = trustDomain ?? DefaultTrustDomain };
        DevelopmentPki.Ensure(session.Home, configuration.TrustDomain, session.Time);
        DkmHome.WriteConfiguration(session.Home, configuration);
        List<IdentityView> views = [.. Directory.EnumerateDirectories(Path.Combine(session.Home, "pki"))
            .Where(directory => File.Exists(IdentityFiles.FromDirectory(directory).CertificateFile))
            .Order(StringComparer.Ordinal)
            .Select(directory => Describe(session, directory))];
        session.Printer.Rows(
            views,
            CliJson.Form.ListIdentityView,
            ["IDENTITY", "SPIFFE ID", "UNTIL"],
            view => [view.Name, view.SpiffeId, view.NotAfter],
            "no identities");
    }

    private static void IssueIdentity(Session session, string name, string id)
    {
        IdentityNames.Check(name);
        if (!SpiffeId.TryParse(id, out var parsed, out var problem))
        {
            throw DkmException.Invalid("id", Reasons.InvalidField, $"'{id}': {problem}");
        }

        var configuration = session.Configuration;
        if (parsed.TrustDomain != configuration.TrustDomain)
        {
            throw DkmException.Invalid("id", Reasons.InvalidField, $"this home is of trust domain {configuration.TrustDomain}");
        }

        RefuseReplacingAnother(session, name, parsed.ToString());
        DevelopmentPki.Issue(session.Home, name, parsed, session.Time);
        session.Printer.Show(
            Describe(session, DkmHome.IdentityDirectory(session.Home, name)), CliJson.Form.IdentityView, view => view.ToText());
    }

    private static void IssueForEtcd(Session session, string name, EtcdRole role)
    {
        IdentityNames.Check(name);
        RefuseReplacingAnother(session, name, "CN=" + name);
        DevelopmentEtcdPki.Issue(session.Home, name, role, session.Time);
        session.Printer.Show(
            Describe(session, DkmHome.IdentityDirectory(session.Home, name)), CliJson.Form.IdentityView, view => view.ToText());
    }

    /// <summary>A certificate is renewed by issuing it again; a typing mistake must not turn <c>admin</c> or a service into somebody else.</summary>
    private static void RefuseReplacingAnother(Session session, string name, string id)
    {
        var directory = DkmHome.IdentityDirectory(session.Home, name);
        if (File.Exists(IdentityFiles.FromDirectory(directory).CertificateFile) && Describe(session, directory).SpiffeId is var there && there != id)
        {
            throw new DkmException(ErrorKind.AlreadyExists, Reasons.AlreadyExists, $"identity {name} is {there} already");
        }
    }

    private static IdentityView Describe(Session session, string directory)
    {
        var files = IdentityFiles.FromDirectory(directory);
        using var source = new CertificateSource(files.CertificateFile, files.KeyFile, session.Time, NullLogger.Instance);
        return new IdentityView
        {
            Name = Path.GetFileName(directory),
            SpiffeId = LeafIdentity.TryRead(source.Leaf, out var id) ? id.ToString() : source.Leaf.Subject is { Length: > 0 } subject ? subject : "none of DKM's",
            Directory = directory,
            NotAfter = Times.Of(new DateTimeOffset(source.Leaf.NotAfter.ToUniversalTime(), TimeSpan.Zero)),
        };
    }
}
