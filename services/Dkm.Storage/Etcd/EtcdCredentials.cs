namespace Dkm.Storage;

using System;
using System.Net.Security;
using Dkm.Status.V1;
using Dkm.Transport;
using Microsoft.Extensions.Logging;

/// <summary>Our certificate towards etcd and the CAs of its members, as the files say at this moment.</summary>
internal sealed class EtcdCredentials : IDisposable
{
    private readonly CertificateSource certificates;
    private readonly AuthoritySource authorities;

    private EtcdCredentials(CertificateSource certificates, AuthoritySource authorities)
    {
        this.certificates = certificates;
        this.authorities = authorities;
    }

    /// <summary>Differs as soon as one of the files has a new meaning.</summary>
    public (long Certificate, long Authorities) Version => (certificates.Version, authorities.Version);

    public CertificateStatus Validity => certificates.Validity();

    /// <summary>Null where all is plaintext.</summary>
    public static EtcdCredentials? Open(EtcdStoreOptions options, TimeProvider time, ILogger logger)
    {
        if (options.CaFile is null)
        {
            return null;
        }

        var certificates = new CertificateSource(options.CertificateFile!, options.KeyFile!, time, logger);
        try
        {
            return new EtcdCredentials(certificates, new AuthoritySource(options.CaFile, time, logger));
        }
        catch
        {
            certificates.Dispose();
            throw;
        }
    }

    public SslClientAuthenticationOptions Settings(string host, bool anonymous) =>
        TlsSettings.ForNamedServer(host, anonymous ? null : certificates, authorities);

    public void Dispose()
    {
        certificates.Dispose();
        authorities.Dispose();
    }
}
