namespace Dkm.Transport;

using System.IO;

/// <summary>The three files of an identity directory.</summary>
public sealed record IdentityFiles
{
    public required string CertificateFile { get; init; }

    public required string KeyFile { get; init; }

    /// <summary>The bundle of the service CA: what a client needs to check servers.</summary>
    public required string CaFile { get; init; }

    /// <summary><c>tls.crt</c>, <c>tls.key</c> and <c>ca.crt</c> of a directory.</summary>
    public static IdentityFiles FromDirectory(string directory) => new()
    {
        CertificateFile = Path.Combine(directory, "tls.crt"),
        KeyFile = Path.Combine(directory, "tls.key"),
        CaFile = Path.Combine(directory, "ca.crt"),
    };

    /// <summary>What a client trusts: services, vouched for by <see cref="CaFile"/>, and nobody else.</summary>
    public TrustOptions ToTrustOptions(string trustDomain) => new() { TrustDomain = trustDomain, ServiceCaFile = CaFile };
}
