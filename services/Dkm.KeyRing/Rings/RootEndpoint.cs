namespace Dkm.KeyRing.Rings;

using System;
using System.Threading.Tasks;
using Dkm.Backup.V1;
using Dkm.KeyRing.V1;
using Dkm.Storage;
using Grpc.Core;

/// <summary>KeyRing's records as a whole.</summary>
internal sealed class RootEndpoint(KeyRingStore store, InstallationOptions installation, TimeProvider time) : RootService.RootServiceBase
{
    public override async Task<RecoverResponse> Recover(RecoverRequest request, ServerCallContext context) =>
        new() { Version = (await store.Current.RecoverAsync(context.CancellationToken)).ToString() };

    public override Task Backup(BackupRequest request, IServerStreamWriter<BackupResponse> responseStream, ServerCallContext context) =>
        BackupAnswers.BackupAsync(store.Current, request, responseStream, context.CancellationToken);

    public override async Task<RestoreResponse> Restore(IAsyncStreamReader<RestoreRequest> requestStream, ServerCallContext context)
    {
        var token = context.CancellationToken;
        var requests = await RestoreRequests.BeginAsync(requestStream, token);
        var records = new RestoredRecords(requests.DestroyedKeys, time.GetUtcNow() + installation.MinimumDestroyDelay);
        var response = await BackupAnswers.RestoreAsync("keyring", store.Awaited, () => store.Current, requests, records.Rewrite, token);
        if (!response.AlreadyRestored)
        {
            response.DestroyedKeyCount = records.Found;
            response.UnknownKeyCount = requests.DestroyedKeys.Count - records.Found;
            response.CalledOffDestructionCount = records.CalledOff;
        }

        return response;
    }
}
