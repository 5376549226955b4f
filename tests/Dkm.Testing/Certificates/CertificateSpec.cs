namespace Dkm.Testing.Certificates;

using System;
using System.Collections.Generic;
using System.Security.Cryptography.X509Certificates;

/// <summary>Everything about a certificate that a test may want wrong. The defaults make a good leaf; names are written byte by byte, as they are given.</summary>
public sealed record CertificateSpec
{
    public IReadOnlyList<string> Uris { get; init; } = [];

    public IReadOnlyList<string> DnsNames { get; init; } = [];

    /// <summary>127.0.0.1 and ::1 as IP names.</summary>
    public bool Loopback { get; init; }

    public string Subject { get; init; } = string.Empty;

    /// <summary>Relative to the clock of the <see cref="TestPki"/>.</summary>
    public TimeSpan Begin { get; init; } = TimeSpan.FromMinutes(-10);

    /// <summary>Relative to the clock of the <see cref="TestPki"/>.</summary>
    public TimeSpan End { get; init; } = TimeSpan.FromDays(1);

    public bool IsAuthority { get; init; }

    /// <summary>Null leaves the extension out.</summary>
    public X509KeyUsageFlags? KeyUsage { get; init; } = X509KeyUsageFlags.DigitalSignature;

    public bool KeyUsageCritical { get; init; } = true;

    /// <summary>OIDs; null leaves the extension out.</summary>
    public IReadOnlyList<string>? ExtendedKeyUsage { get; init; }

    /// <summary>The SAN extension stands in the certificate twice.</summary>
    public bool NamesTwice { get; init; }
}
