namespace Dkm.IntegrationTests.Hosting;

using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

/// <summary>An OpenTelemetry collector that takes whatever is exported over gRPC and keeps the bytes: names and labels stand in them as they are.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly StringBuilder got = new();
    private readonly WebApplication app;

    private Collector()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        app = builder.Build();
        app.Run(TakeAsync);
    }

    public Uri Address => new(app.Urls.Single());

    public static async Task<Collector> StartAsync()
    {
        var collector = new Collector();
        await collector.app.StartAsync();
        return collector;
    }

    public bool Has(string text)
    {
        lock (gate)
        {
            return got.ToString().Contains(text, StringComparison.Ordinal);
        }
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        lock (gate)
        {
            got.Append(context.Request.Path).Append('\n').Append(Encoding.Latin1.GetString(body.ToArray())).Append('\n');
        }

        // An empty message, and OK.
        context.Response.ContentType = "application/grpc";
        await context.Response.Body.WriteAsync(new byte[5], context.RequestAborted);
        context.Response.AppendTrailer("grpc-status", "0");
    }
}
