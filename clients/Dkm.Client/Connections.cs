namespace Dkm.Client;

using System;
using Dkm.Core;
using Dkm.Transport;
using Grpc.Core;
using Microsoft.Extensions.Logging;

/// <summary>The channels of a client, and the certificate and trust that they share.</summary>
internal sealed class Connections : IDisposable
{
    private readonly CertificateSource certificate;
    private readonly TrustStore trust;
    private readonly ServiceChannel? keyRing;
    private readonly ServiceChannel? crypto;

    private Connections(CertificateSource certificate, TrustStore trust, ServiceChannel? keyRing, ServiceChannel? crypto)
    {
        this.certificate = certificate;
        this.trust = trust;
        this.keyRing = keyRing;
        this.crypto = crypto;
    }

    public CallInvoker? KeyRing => keyRing?.Invoker;

    /// <summary>Encrypting or decrypting twice harms nothing, so its calls are repeated when Crypto is away for a moment.</summary>
    public CallInvoker? Crypto => crypto?.RepeatingInvoker;

    public static Connections Open(DkmClientOptions options, TimeProvider time, ILoggerFactory logs)
    {
        var files = DkmClientOptionsRule.Files(options);
        var certificate = new CertificateSource(files.CertificateFile, files.KeyFile, time, logs.CreateLogger<CertificateSource>());
        TrustStore? trust = null;
        try
        {
            trust = new TrustStore(files.ToTrustOptions(options.TrustDomain!), time, logs.CreateLogger<TrustStore>());
            return new Connections(
                certificate, trust, Channel(DkmClientOptionsRule.KeyRing(options), DkmService.KeyRing), Channel(DkmClientOptionsRule.Crypto(options), DkmService.Crypto));
        }
        catch
        {
            trust?.Dispose();
            certificate.Dispose();
            throw;
        }

        ServiceChannel? Channel(ServiceAddresses? addresses, DkmService service) => addresses is null ? null : new ServiceChannel(
            new ServiceChannelOptions { Addresses = addresses, Service = service, TrustDomain = options.TrustDomain! },
            certificate,
            trust,
            time,
            logs.CreateLogger<ServiceChannel>());
    }

    public void Dispose()
    {
        keyRing?.Dispose();
        crypto?.Dispose();
        trust.Dispose();
        certificate.Dispose();
    }
}
