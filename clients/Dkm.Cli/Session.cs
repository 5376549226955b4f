namespace Dkm.Cli;

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Cli.Failures;
using Dkm.Cli.Output;
using Dkm.Core;
using Dkm.Transport;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;

/// <summary>One run of one command: who asks, by which home, and the ways to the services, each made when it is first wanted.</summary>
internal sealed class Session(CliEnvironment environment, string home, string identityName, Printer printer, DateTime? deadline) : IDisposable
{
    private readonly Dictionary<DkmService, ServiceChannel> channels = [];
    private readonly List<ServiceChannel> single = [];
    private HomeConfiguration? configuration;
    private CertificateSource? certificate;
    private TrustStore? trust;

    public CliEnvironment Environment => environment;

    public string Home => home;

    public string IdentityName => identityName;

    public Printer Printer => printer;

    public TimeProvider Time => environment.Time;

    /// <summary>When the command gives up; null if it may go on for ever, and then a call has the channel's own limit.</summary>
    public DateTime? Deadline => deadline;

    /// <summary>What is being tried, for the teaching of a denial.</summary>
    public Attempt? Attempt { get; set; }

    /// <summary>Set once nothing but time is missing: what then is waited for, in words.</summary>
    public string? WaitsFor { get; set; }

    /// <summary>Whether the command only looks on: the end of its time is no failure.</summary>
    public bool Watches { get; set; }

    public HomeConfiguration Configuration => configuration ??= ReadConfiguration();

    public string IdentityDirectory => DkmHome.IdentityDirectory(home, IdentityNames.Check(identityName));

    public CertificateSource Certificate => certificate ??= OpenCertificate();

    /// <summary>Who the caller is by her own certificate. Null if that cannot be told.</summary>
    public SpiffeId? Caller { get; private set; }

    /// <summary>For calls whose repetition would be another act.</summary>
    public CallInvoker Once(DkmService service) => Channel(service).Invoker;

    /// <summary>For reads, and for calls with a request id or an etag.</summary>
    public CallInvoker Repeating(DkmService service) => Channel(service).RepeatingInvoker;

    /// <summary>The way to one replica and no other. Called by one thread.</summary>
    public CallInvoker At(DkmService service, Uri address)
    {
        var channel = Open(service, address);
        single.Add(channel);
        return channel.Invoker;
    }

    /// <summary>A remark beside the answer, on standard error. Some of it may be a service's or another person's words.</summary>
    public Task NoteAsync(string note) => environment.Error.WriteLineAsync(Plain.Line(note));

    public CallOptions Options(CancellationToken cancellationToken) => new(deadline: deadline, cancellationToken: cancellationToken);

    public ServiceAddresses Addresses(DkmService service)
    {
        var addresses = service switch
        {
            DkmService.Access => Configuration.Access,
            DkmService.KeyRing => Configuration.KeyRing,
            DkmService.Crypto => Configuration.Crypto,
            _ => throw new ArgumentOutOfRangeException(nameof(service)),
        };
        var file = Path.Combine(home, "config.json");
        return addresses switch
        {
            null => throw new UsageException($"{file} has no address for {Words.Of(service)}", "start the services once (dkm dev), or add the address"),
            _ when addresses.FirstOrDefault(address => address is not { IsAbsoluteUri: true, Scheme: "https", Host.Length: > 0 }) is { } wrong =>
                throw new UsageException($"{file}: {Words.Of(service)} is '{wrong.OriginalString}'", "an address is such as https://127.0.0.1:8443"),
            _ => addresses,
        };
    }

    public void Dispose()
    {
        foreach (var channel in channels.Values.Concat(single))
        {
            channel.Dispose();
        }

        trust?.Dispose();
        certificate?.Dispose();
    }

    private ServiceChannel Channel(DkmService service)
    {
        if (!channels.TryGetValue(service, out var channel))
        {
            channel = Open(service, Addresses(service));
            channels.Add(service, channel);
        }

        return channel;
    }

    private ServiceChannel Open(DkmService service, ServiceAddresses addresses) => new(
        new ServiceChannelOptions { Addresses = addresses, Service = service, TrustDomain = Configuration.TrustDomain },
        Certificate,
        Trust(),
        Time,
        NullLogger.Instance);

    private HomeConfiguration ReadConfiguration() =>
        DkmHome.ReadConfiguration(home) ?? throw new UsageException(
            $"there is no {Path.Combine(home, "config.json")}",
            "start DKM on this machine with: dkm dev\nor say where its home is: --home DIR or DKM_HOME");

    private CertificateSource OpenCertificate()
    {
        var files = IdentityFiles.FromDirectory(IdentityDirectory);
        if (!File.Exists(files.CertificateFile))
        {
            var known = KnownIdentities();
            throw new UsageException(
                $"there is no identity '{identityName}' in {Path.Combine(home, "pki")}",
                known.Count == 0
                    ? "start DKM on this machine, which makes the first ones: dkm dev\nor say where your home is: --home DIR or DKM_HOME"
                    : $"there are: {string.Join(", ", known)} (--identity NAME)\n"
                        + $"make one for development with: dkm pki issue {identityName} --id spiffe://…");
        }

        var source = new CertificateSource(files.CertificateFile, files.KeyFile, Time, NullLogger.Instance);
        Caller = LeafIdentity.TryRead(source.Leaf, out var id) ? id : null;
        return source;
    }

    private TrustStore Trust() =>
        trust ??= new TrustStore(
            IdentityFiles.FromDirectory(IdentityDirectory).ToTrustOptions(Configuration.TrustDomain), Time, NullLogger.Instance);

    private List<string> KnownIdentities()
    {
        var pki = Path.Combine(home, "pki");
        return Directory.Exists(pki)
            ? [.. Directory.EnumerateDirectories(pki)
                .Where(directory => File.Exists(IdentityFiles.FromDirectory(directory).CertificateFile))
                .Select(directory => Path.GetFileName(directory))
                .Where(name => name is not ("access" or "keyring" or "crypto"))
                .Order(StringComparer.Ordinal)]
            : [];
    }
}
