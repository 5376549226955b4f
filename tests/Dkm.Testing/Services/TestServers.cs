namespace Dkm.Testing.Services;

using System;
using System.Net;
using System.Net.Http;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Dkm.Core;
using Dkm.Hosting;
using Dkm.Testing.Certificates;
using Grpc.Net.Client;

/// <summary>Options for a service in a test, and bare clients that show whatever certificate they are given.</summary>
public static class TestServers
{
    /// <summary>On free loopback ports, with a fresh certificate and the trust of <paramref name="pki"/>.</summary>
    public static ServerOptions Options(TestPki pki, DkmService service, LimitOptions? limits = null)
    {
        ArgumentNullException.ThrowIfNull(pki);
        var files = pki.IssueFiles(SpiffeId.ForService(TestPki.TrustDomain, service).ToString()[$"spiffe://{TestPki.TrustDomain}".Length..]);
        return new ServerOptions
        {
            Service = service,
            Development = true,
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Health = new IPEndPoint(IPAddress.Loopback, 0),
            CertificateFile = files.CertificateFile,
            KeyFile = files.KeyFile,
            Trust = pki.WriteTrust(),
            Limits = limits ?? new LimitOptions(),
            HandlesSignals = false,
        };
    }

    /// <summary>gRPC without any of our client code: no deadline, no retry, no mapping.</summary>
    public static GrpcChannel Channel(Uri address, X509Certificate2? certificate) => GrpcChannel.ForAddress(address, new GrpcChannelOptions
    {
        HttpHandler = Handler(certificate),
        DisposeHttpClient = true,
        MaxSendMessageSize = null,
    });

    public static SocketsHttpHandler Handler(X509Certificate2? certificate) => new()
    {
        SslOptions = new SslClientAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.Tls13,
            ClientCertificateContext = certificate is null ? null : SslStreamCertificateContext.Create(certificate, null, offline: true),
            RemoteCertificateValidationCallback = TestServers.AcceptAnyServer,
        },
        UseProxy = false,
    };

    /// <summary>Who the server is, is not what these tests ask; what our own client accepts is tested in Transport.</summary>
    public static bool AcceptAnyServer(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return errors != SslPolicyErrors.RemoteCertificateNotAvailable;
    }
}
