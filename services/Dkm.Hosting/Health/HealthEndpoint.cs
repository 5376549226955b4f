namespace Dkm.Hosting;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

/// <summary>The plain port that Kubernetes probes: alive, and ready part by part. It tells no more than that.</summary>
public static class HealthEndpoint
{
    public static void Map(WebApplication app, Func<IEnumerable<IReadiness>> parts)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapMethods("/healthz", ["GET", "HEAD"], PlainOnly(context => AnswerAsync(context, StatusCodes.Status200OK, "ok\n")));
        app.MapMethods("/readyz", ["GET", "HEAD"], PlainOnly(context =>
        {
            var answer = Describe(parts(), out var ready);
            return AnswerAsync(context, ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, answer);
        }));
    }

    internal static string Describe(IEnumerable<IReadiness> parts, out bool ready)
    {
        var text = new StringBuilder();
        ready = true;
        foreach (var part in parts.OrderBy(part => part.Name, StringComparer.Ordinal))
        {
            var partReady = part.Ready;
            ready &= partReady;
            text.Append(part.Name).Append(partReady ? ": ready" : ": not ready");
            if (part.Why is { } why)
            {
                text.Append(", ").Append(why);
            }

            text.Append('\n');
        }

        return text.Append(ready ? "ready\n" : "not ready\n").ToString();
    }

    /// <summary>The mTLS port speaks gRPC and nothing else.</summary>
    private static RequestDelegate PlainOnly(RequestDelegate next) => context =>
    {
        if (context.Features.Get<PeerConnection>() is null)
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    };

    private static Task AnswerAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync(text, context.RequestAborted);
    }
}
