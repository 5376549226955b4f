namespace Dkm.Hosting;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Threading.Tasks;
using Dkm.Core.Secrets;
using Dkm.Hosting.Policy;
using Dkm.Status.V1;
using Dkm.Transport;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

/// <summary>Tells administrators how this replica is. The parts that have to ask others are asked at once, so the answer takes as long as the slowest.</summary>
internal sealed class StatusEndpoint(
    ServerOptions options,
    ReplicaIdentity replica,
    CertificateSource certificate,
    IGroupMembership membership,
    IEnumerable<IReadiness> readiness,
    IEnumerable<IStatusPart> parts,
    TimeProvider time) : StatusService.StatusServiceBase
{
    private static readonly string Version =
        typeof(StatusEndpoint).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? string.Empty;

    public override async Task<ServiceStatus> GetServiceStatus(GetServiceStatusRequest request, ServerCallContext context)
    {
        var status = new ServiceStatus
        {
            Service = options.Service.ToString().ToLowerInvariant(),
            Replica = replica.Name,
            Host = Environment.MachineName,
            Version = Version,
            Development = options.Development,
            RequestTime = time.GetUtcNow().ToTimestamp(),
            StartTime = replica.StartTime.ToTimestamp(),
            Certificate = certificate.Validity(),
            Memory = Memory(SecretMemory.Status),
        };
        await Task.WhenAll(parts.Select(part => part.AddAsync(status, context.CancellationToken)));

        // What passes by itself comes last: it is as of the answer and not of the question.
        status.Parts.Add(readiness.OrderBy(part => part.Name, StringComparer.Ordinal).Select(Part));
        status.Ready = status.Parts.All(part => part.Ready);
        status.Policy = Policy();
        status.Time = time.GetUtcNow().ToTimestamp();
        return status;
    }

    private static PartStatus Part(IReadiness part) => new() { Name = part.Name, Ready = part.Ready, Note = part.Why ?? string.Empty };

    private static MemoryStatus Memory(SecretMemoryStatus memory) => new()
    {
        Locked = memory.Locked,
        ExcludedFromDumps = memory.ExcludedFromDumps,
        LockedBytes = memory.LockedBytes,
        TotalBytes = memory.TotalBytes,
        Note = memory.FailureReason ?? string.Empty,
    };

    private PolicyStatus Policy() => new()
    {
        Epoch = membership.Current.Version.Epoch,
        Number = membership.Current.Version.Number,
        ConfirmAge = membership.Ready ? membership.Age.ToDuration() : null,
    };
}
