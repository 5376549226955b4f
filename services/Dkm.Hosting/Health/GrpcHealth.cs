namespace Dkm.Hosting;

using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Grpc.Core;
using Grpc.Health.V1;
using static Grpc.Health.V1.HealthCheckResponse.Types;

/// <summary>
/// The standard health service on the mTLS port. It knows the process as a whole: the name is empty or the service's. It is for those who can choose among replicas, so one that is
/// cut off from what it should confirm is not serving, although it is ready: if all are, they are all asked none the less.
/// </summary>
internal sealed class GrpcHealth(IEnumerable<IReadiness> parts, ServerOptions options, LimitOptions limits, TimeProvider time) : Health.HealthBase
{
    private readonly IReadiness[] parts = [.. parts];
    private readonly string name = options.Service.ToString().ToLowerInvariant();

    private ServingStatus Status => Array.TrueForAll(parts, part => part is { Ready: true, IsCutOff: false }) ? ServingStatus.Serving : ServingStatus.NotServing;

    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) =>
        Knows(request.Service)
            ? Task.FromResult(new HealthCheckResponse { Status = Status })
            : throw new DkmException(ErrorKind.NotFound, Reasons.NotFound, $"health is told of '' and '{name}'", "service");

    public override async Task Watch(
        HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        // By the protocol's own words an unknown name is answered, not refused: it may appear later.
        var known = Knows(request.Service);
        var last = (ServingStatus)(-1);
        using var timer = new PeriodicTimer(limits.Tick, time);
        do
        {
            var status = known ? Status : ServingStatus.ServiceUnknown;
            if (status != last)
            {
                last = status;
                await responseStream.WriteAsync(new HealthCheckResponse { Status = status }, context.CancellationToken);
            }
        }
        while (await timer.WaitForNextTickAsync(context.CancellationToken));
    }

    private bool Knows(string service) => service.Length == 0 || string.Equals(service, name, StringComparison.Ordinal);
}
