namespace Dkm.KeyRing.Rings;

using System.Threading.Tasks;
using Dkm.KeyRing.V1;
using Grpc.Core;

/// <summary>KeyRing's records as a whole.</summary>
internal sealed class RootEndpoint(KeyRingStore store) : RootService.RootServiceBase
{
    public override async Task<RecoverResponse> Recover(RecoverRequest request, ServerCallContext context) =>
        new() { Version = (await store.Current.RecoverAsync(context.CancellationToken)).ToString() };
}
