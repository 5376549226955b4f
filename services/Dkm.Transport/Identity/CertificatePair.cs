namespace Dkm.Transport;

using System;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

/// <summary>A certificate, its key and its intermediates, ready for handshakes.</summary>
internal sealed record CertificatePair(X509Certificate2 Leaf, SslStreamCertificateContext Context)
{
    /// <exception cref="CryptographicException">They cannot be read or do not belong together.</exception>
    public static CertificatePair Parse(ReadOnlySpan<char> certificatePem, ReadOnlySpan<char> keyPem)
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(certificatePem);
        if (chain.Count == 0)
        {
            throw new CryptographicException("there is no PEM certificate in the certificate file");
        }

        var leaf = Usable(X509Certificate2.CreateFromPem(certificatePem, keyPem));
        chain.RemoveAt(0);
        return new CertificatePair(leaf, SslStreamCertificateContext.Create(leaf, chain, offline: true));
    }

    /// <summary>Windows' TLS takes no key that lives in memory alone; a round through PKCS#12 gives it one that it takes.</summary>
    private static X509Certificate2 Usable(X509Certificate2 certificate)
    {
        if (!OperatingSystem.IsWindows())
        {
            return certificate;
        }

        using (certificate)
        {
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null);
        }
    }
}
