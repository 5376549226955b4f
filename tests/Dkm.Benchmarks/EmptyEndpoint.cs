namespace Dkm.Benchmarks;

using System.Threading.Tasks;
using Dkm.Benchmarks.Empty;
using Grpc.Core;

/// <summary>Answers with what it was given.</summary>
internal sealed class EmptyEndpoint : EmptyService.EmptyServiceBase
{
    public override Task<Blob> Echo(Blob request, ServerCallContext context) => Task.FromResult(request);
}
