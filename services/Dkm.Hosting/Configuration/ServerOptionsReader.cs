namespace Dkm.Hosting.Configuration;

using System;
using System.Net;
using Dkm.Core;
using Dkm.Transport;

/// <summary>The keys that every service has. What they mean stands at <see cref="ServerOptions"/> and <see cref="LimitOptions"/>.</summary>
public static class ServerOptionsReader
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    public static ServerOptions ReadServer(this StrictConfiguration configuration, DkmService service)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var defaults = new ServerOptions { Service = service, CertificateFile = string.Empty, KeyFile = string.Empty, Trust = new TrustOptions { TrustDomain = "x" } };
        var development = configuration.Flag("Development");
        return new ServerOptions
        {
            Service = service,
            Development = development,
            Listen = configuration.EndPoint("Server:Listen", defaults.Listen) ?? defaults.Listen,
            Health = configuration.EndPoint("Server:Health", development ? defaults.Health : new IPEndPoint(IPAddress.IPv6Any, 8081)),
            CertificateFile = configuration.File("Tls:CertificateFile"),
            KeyFile = configuration.File("Tls:KeyFile"),
            Trust = ReadTrust(configuration),
            Limits = ReadLimits(configuration),
            OtlpEndpoint = configuration.Find("Telemetry:OtlpEndpoint") is { } text ? ReadOtlp(configuration, text) : null,
        };
    }

    private static TrustOptions ReadTrust(StrictConfiguration configuration)
    {
        var trust = new TrustOptions
        {
            TrustDomain = configuration.Text("Tls:TrustDomain"),
            ServiceCaFile = configuration.File("Tls:ServiceCaFile"),
            WorkloadCaFile = configuration.FindFile("Tls:WorkloadCaFile"),
            HumanCaFile = configuration.FindFile("Tls:HumanCaFile"),
            ElevatedCaFile = configuration.FindFile("Tls:ElevatedCaFile"),
            DeniedFile = configuration.FindFile("Tls:DeniedFile"),
        };
        if (trust.TrustDomain.Length > 0 && !SpiffeId.TryParse($"spiffe://{trust.TrustDomain}/dkm/access", out _, out var problem))
        {
            configuration.Mistake("Tls:TrustDomain", problem);
        }

        return trust;
    }

    private static LimitOptions ReadLimits(StrictConfiguration configuration)
    {
        var defaults = new LimitOptions();
        return new LimitOptions
        {
            Connections = configuration.Number("Limits:Connections", defaults.Connections, 1, 1_000_000),
            StreamsPerConnection = configuration.Number("Limits:StreamsPerConnection", defaults.StreamsPerConnection, 1, 10_000),
            ConnectionsPerIdentity = configuration.Number("Limits:ConnectionsPerIdentity", defaults.ConnectionsPerIdentity, 1, 1_000_000),
            CallsPerIdentity = configuration.Number("Limits:CallsPerIdentity", defaults.CallsPerIdentity, 1, 1_000_000),
            RequestBytesPerIdentity = configuration.Number("Limits:RequestBytesPerIdentity", defaults.RequestBytesPerIdentity, defaults.MaximumMessage, int.MaxValue),
            RequestBytes = configuration.Number("Limits:RequestBytes", defaults.RequestBytes, defaults.MaximumMessage, int.MaxValue),
            StreamsPerIdentity = configuration.Number("Limits:StreamsPerIdentity", defaults.StreamsPerIdentity, 1, 1_000_000),
            DefaultDeadline = configuration.Duration("Limits:DefaultDeadline", defaults.DefaultDeadline, TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1)),
            StreamIdle = configuration.Duration("Limits:StreamIdle", defaults.StreamIdle, TimeSpan.FromMilliseconds(100), Day),
            ConnectionAge = configuration.Duration("Limits:ConnectionAge", defaults.ConnectionAge, TimeSpan.FromSeconds(1), 30 * Day),
            ConnectionGrace = configuration.Duration("Limits:ConnectionGrace", defaults.ConnectionGrace, TimeSpan.FromMilliseconds(100), Day),
        };
    }

    private static Uri? ReadOtlp(StrictConfiguration configuration, string text)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out var endpoint) && endpoint.Scheme is "http" or "https")
        {
            return endpoint;
        }

        configuration.Mistake("Telemetry:OtlpEndpoint", $"'{text}' is not an http or https address");
        return null;
    }
}
