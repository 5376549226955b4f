namespace Dkm.Hosting;

using System;
using System.Net;
using Dkm.Core;
using Dkm.Transport;

/// <summary>What every DKM service needs in order to listen.</summary>
public sealed record ServerOptions
{
    public required DkmService Service { get; init; }

    /// <summary>Lower floors and development identities. Announced at start.</summary>
    public bool Development { get; init; }

    /// <summary>Whether this server announces <see cref="Development"/>; Standalone does that once for all three.</summary>
    public bool AnnouncesDevelopment { get; init; } = true;

    /// <summary>gRPC over mTLS. Port 0 picks a free one.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.IPv6Any, 8443);

    /// <summary>Plain HTTP for probes; null opens no such port (Standalone has one for all three).</summary>
    public IPEndPoint? Health { get; init; } = new(IPAddress.Loopback, 8081);

    /// <summary>PEM: our leaf, then its intermediates.</summary>
    public required string CertificateFile { get; init; }

    /// <summary>PEM: our leaf's private key.</summary>
    public required string KeyFile { get; init; }

    public required TrustOptions Trust { get; init; }

    public LimitOptions Limits { get; init; } = new();

    /// <summary>Where OpenTelemetry goes; null sends nothing and costs nothing.</summary>
    public Uri? OtlpEndpoint { get; init; }

    /// <summary>Whether this process stops on SIGINT and SIGTERM by itself; Standalone does that once for all three.</summary>
    public bool HandlesSignals { get; init; } = true;
}
