namespace Dkm.Access.Records;

using System.Threading.Tasks;
using Dkm.Access.V1;
using Dkm.Backup.V1;
using Dkm.Storage;
using Grpc.Core;

/// <summary>Access's records as a whole.</summary>
internal sealed class RootEndpoint(AccessStore store) : RootService.RootServiceBase
{
    public override async Task<RecoverResponse> Recover(RecoverRequest request, ServerCallContext context) =>
        new() { Version = (await store.RecoverAsync(context.CancellationToken)).ToString() };

    public override Task Backup(BackupRequest request, IServerStreamWriter<BackupResponse> responseStream, ServerCallContext context) =>
        store.BackupAsync(request, responseStream, context.CancellationToken);

    public override async Task<RestoreResponse> Restore(IAsyncStreamReader<RestoreRequest> requestStream, ServerCallContext context) =>
        await store.RestoreAsync(await RestoreRequests.BeginAsync(requestStream, context.CancellationToken), context.CancellationToken);
}
