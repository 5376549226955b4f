namespace Dkm.IntegrationTests.BadInput;

using System;
using System.Linq;
using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

/// <summary>Stands on a service's address with a certificate that is not that service's, lets everybody in and counts what it is told.</summary>
internal sealed class Impostor : IAsyncDisposable
{
    private readonly WebApplication app;
    private int requests;

    private Impostor(WebApplication app) => this.app = app;

    public int Requests => Volatile.Read(ref requests);

    public Uri Address => new(app.Urls.Single());

    public static async Task<Impostor> StartAsync(X509Certificate2 certificate)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.UseHttps(certificate, https =>
            {
                https.SslProtocols = SslProtocols.Tls13;
                https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                https.AllowAnyClientCertificate();
            });
        }));
        builder.WebHost.UseKestrelHttpsConfiguration();
        var impostor = new Impostor(builder.Build());
        impostor.app.Run(context =>
        {
            Interlocked.Increment(ref impostor.requests);
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        });
        await impostor.app.StartAsync();
        return impostor;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
