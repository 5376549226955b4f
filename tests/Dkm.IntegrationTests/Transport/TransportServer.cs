namespace Dkm.IntegrationTests.Transport;

using System;
using System.Linq;
using System.Net;
using System.Net.Security;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Testing.Certificates;
using Dkm.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

/// <summary>A small gRPC server on a free loopback port, under whatever identity a test gives it. It judges its clients by lock one alone.</summary>
internal sealed class TransportServer : IAsyncDisposable
{
    private readonly WebApplication application;
    private readonly CertificateSource? certificates;
    private readonly TrustStore? trust;

    private TransportServer(WebApplication application, EchoService echo, CertificateSource? certificates, TrustStore? trust)
    {
        this.application = application;
        this.certificates = certificates;
        this.trust = trust;
        Echo = echo;
    }

    public EchoService Echo { get; }

    public CertificateSource Certificates => certificates!;

    public Uri Address { get; private set; } = null!;

    /// <summary>Without an identity it speaks plaintext.</summary>
    public static async Task<TransportServer> StartAsync(
        TestPki pki, IdentityFiles? identity, int port = 0, Action<SslServerAuthenticationOptions>? change = null, IPAddress? address = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var echo = new EchoService();
        builder.Services.AddSingleton(echo);
        builder.Services.AddGrpc(options => options.MaxReceiveMessageSize = null);
        var certificates = identity is null
            ? null
            : new CertificateSource(identity.CertificateFile, identity.KeyFile, TimeProvider.System, NullLogger.Instance);
        var trust = identity is null ? null : new TrustStore(pki.WriteTrust(), TimeProvider.System, NullLogger.Instance);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(address ?? IPAddress.Loopback, port, listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                if (certificates is not null)
                {
                    listen.UseHttps(new TlsHandshakeCallbackOptions
                    {
                        OnConnection = _ =>
                        {
                            var tls = TlsSettings.ForServer(certificates, trust!);
                            change?.Invoke(tls);
                            return ValueTask.FromResult(tls);
                        },
                    });
                }
            });
        });
        var application = builder.Build();
        application.MapGrpcService<EchoService>();
        application.MapGrpcService<SilentStreams>();
        await application.StartAsync();
        var bound = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return new TransportServer(application, echo, certificates, trust)
        {
            Address = new UriBuilder(bound) { Scheme = "https" }.Uri,
        };
    }

    /// <summary>Stops without waiting for anybody.</summary>
    public Task AbortAsync() => application.StopAsync(new CancellationToken(canceled: true));

    public async ValueTask DisposeAsync()
    {
        await AbortAsync();
        await application.DisposeAsync();
        certificates?.Dispose();
        trust?.Dispose();
    }
}
