namespace Dkm.Access.Records;

using System.Threading.Tasks;
using Dkm.Access.V1;
using Grpc.Core;

/// <summary>Access's records as a whole.</summary>
internal sealed class RootEndpoint(AccessStore store) : RootService.RootServiceBase
{
    public override async Task<RecoverResponse> Recover(RecoverRequest request, ServerCallContext context) =>
        new() { Version = (await store.RecoverAsync(context.CancellationToken)).ToString() };
}
