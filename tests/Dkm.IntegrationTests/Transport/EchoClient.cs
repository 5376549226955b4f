namespace Dkm.IntegrationTests.Transport;

using System;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Crypto.V1;
using Dkm.KeyRing.V1;
using Dkm.Testing.Certificates;
using Dkm.Transport;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

/// <summary>A caller with a certificate of its own, and the channel under test.</summary>
internal sealed class EchoClient : IDisposable
{
    private readonly TrustStore trust;

    public EchoClient(TestPki pki, ServiceAddresses address, IdentityFiles? identity, ServiceChannelOptions? options = null, TimeProvider? time = null)
    {
        time ??= TimeProvider.System;
        trust = new TrustStore(
            pki.WriteTrust() with { WorkloadCaFile = null, HumanCaFile = null, ElevatedCaFile = null }, time, NullLogger.Instance);
        Certificates = identity is null
            ? null
            : new CertificateSource(identity.CertificateFile, identity.KeyFile, time, NullLogger.Instance);
        options ??= new ServiceChannelOptions { Addresses = address, Service = DkmService.KeyRing, TrustDomain = TestPki.TrustDomain };
        Channel = new ServiceChannel(options, Certificates, trust, time, NullLogger.Instance);
        Once = new CryptoService.CryptoServiceClient(Channel.Invoker);
        Repeating = new CryptoService.CryptoServiceClient(Channel.RepeatingInvoker);
        Streams = new KeySetService.KeySetServiceClient(Channel.Invoker);
    }

    public ServiceChannel Channel { get; }

    public CertificateSource? Certificates { get; }

    public CryptoService.CryptoServiceClient Once { get; }

    public CryptoService.CryptoServiceClient Repeating { get; }

    public KeySetService.KeySetServiceClient Streams { get; }

    /// <summary>A channel of a good worker to a server.</summary>
    public static EchoClient Worker(TestPki pki, TransportServer server) => new(pki, server.Address, pki.IssueFiles("/ns/mail/sa/worker"));

    public async Task<EncryptResponse> EchoAsync(string text = "hello") => await Once.EncryptAsync(
        new EncryptRequest { KeyRing = "echo", Plaintext = ByteString.CopyFromUtf8(text) },
        cancellationToken: TestContext.Current.CancellationToken);

    public Task<DkmException> FailAsync(string ring = "echo") => Assert.ThrowsAsync<DkmException>(
        async () => await Once.EncryptAsync(new EncryptRequest { KeyRing = ring }, cancellationToken: TestContext.Current.CancellationToken));

    public void Dispose()
    {
        Channel.Dispose();
        Certificates?.Dispose();
        trust.Dispose();
    }
}
