namespace Dkm.Client;

using System;
using System.Collections.Generic;

/// <summary>Where DKM is and who this process is. Certificates and keys are files, read again when they change.</summary>
public sealed class DkmClientOptions
{
    /// <summary>
    /// KeyRing's address, such as <c>https://dkm-keyring:8443</c>. Needed for <see cref="DkmClient.Ring"/>. A name with several addresses stands for a replica
    /// at each: one that dies or hangs is left for another.
    /// </summary>
    public Uri? KeyRingAddress { get; set; }

    /// <summary>The replicas of KeyRing one by one, besides or instead of <see cref="KeyRingAddress"/>.</summary>
    public IList<Uri> KeyRingAddresses { get; init; } = [];

    /// <summary>Crypto's address, as KeyRing's. Needed for <see cref="DkmClient.RemoteRing"/>.</summary>
    public Uri? CryptoAddress { get; set; }

    /// <summary>The replicas of Crypto one by one, besides or instead of <see cref="CryptoAddress"/>.</summary>
    public IList<Uri> CryptoAddresses { get; init; } = [];

    /// <summary>The trust domain of the installation, such as <c>dkm.local</c>: a server is accepted only as <c>spiffe://&lt;it&gt;/dkm/keyring</c>.</summary>
    public string? TrustDomain { get; set; }

    /// <summary>A directory with <c>tls.crt</c>, <c>tls.key</c> and <c>ca.crt</c>. Instead of the three files below.</summary>
    public string? IdentityDirectory { get; set; }

    /// <summary>This process's certificate, PEM, with its intermediates.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>Its private key, PEM.</summary>
    public string? KeyFile { get; set; }

    /// <summary>The CAs that vouch for DKM's services, PEM.</summary>
    public string? CaFile { get; set; }

    /// <summary>Rings that <see cref="DkmClient.ReadyAsync"/> waits for, besides those already asked for by <see cref="DkmClient.Ring"/>.</summary>
    public IList<string> Rings { get; } = [];

    /// <summary>This process goes away again soon, as a command does: it is not counted among the ring's holders.</summary>
    public bool Transient { get; set; }

    /// <summary>How long <see cref="DkmClient.ReadyAsync"/> waits at most. Default 30 s.</summary>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one call waits at most for a ring's first keys or for a key that is not in memory. Default 5 s.</summary>
    public TimeSpan ResolveTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How many archived keys are kept in memory. Default 1,000.</summary>
    public int ArchivedKeyCapacity { get; set; } = 1000;

    /// <summary>
    /// The clock, <see cref="BootClock"/> by default. Its time stamps bound the leases: they must go on while the machine sleeps.
    /// </summary>
    public TimeProvider? TimeProvider { get; set; }
}
