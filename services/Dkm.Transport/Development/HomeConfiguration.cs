namespace Dkm.Transport;

using System;
using System.Text.Json.Serialization;

/// <summary><c>config.json</c> of a DKM home: what a client on this machine needs to find the services.</summary>
public sealed record HomeConfiguration
{
    public required string TrustDomain { get; init; }

    /// <summary>Addresses of the services: one, or one for each replica.</summary>
    public ServiceAddresses? Access { get; init; }

    [JsonPropertyName("keyring")]
    public ServiceAddresses? KeyRing { get; init; }

    public ServiceAddresses? Crypto { get; init; }

    /// <summary>The plain http address of <c>/healthz</c> and <c>/readyz</c>.</summary>
    public Uri? Health { get; init; }
}
