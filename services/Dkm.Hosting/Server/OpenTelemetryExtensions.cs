namespace Dkm.Hosting;

using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;

/// <summary>The one place that knows OpenTelemetry. Without an endpoint nothing is registered, so nobody listens and nothing is paid.</summary>
internal static class OpenTelemetryExtensions
{
    public static void AddOpenTelemetry(this WebApplicationBuilder builder, ServerOptions options)
    {
        if (options.OtlpEndpoint is not { } endpoint)
        {
            return;
        }

        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService($"dkm-{options.Service.ToString().ToLowerInvariant()}"))
            .WithMetrics(metrics => metrics.AddMeter([.. Telemetry.Meters]))
            .WithTracing(traces => traces.AddSource([.. Telemetry.Sources]))
            .UseOtlpExporter(OtlpExportProtocol.Grpc, endpoint);
    }
}
