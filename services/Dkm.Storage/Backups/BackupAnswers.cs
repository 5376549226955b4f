namespace Dkm.Storage;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Backup.V1;
using Dkm.Core;
using Dkm.Core.Backups;
using Google.Protobuf;
using Grpc.Core;

/// <summary>Backup and Restore of RootService, which are the same at both services but for what a record means.</summary>
public static class BackupAnswers
{
    /// <summary>Sends the section of a backup.</summary>
    /// <exception cref="DkmException">INVALID_ARGUMENT; as <see cref="ServiceStore.BackupAsync"/>.</exception>
    public static Task BackupAsync(
        ServiceStore store, BackupRequest request, IServerStreamWriter<BackupResponse> responses, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(responses);
        return !BackupFormat.IsId(request.BackupId) ? throw DkmException.Invalid("backup_id", Reasons.InvalidField, "a backup's id is 1 to 64 letters, digits and hyphens")
            : request.StoreRevision < 0 ? throw DkmException.Invalid("store_revision", Reasons.InvalidField, "a revision is 1 or more, or 0 for the newest")
            : store.BackupAsync(
                request.BackupId,
                request.StoreRevision,
                (piece, token) => responses.WriteAsync(new BackupResponse { Section = UnsafeByteOperations.UnsafeWrap(piece) }, token),
                cancellationToken);
    }

    /// <summary>Restores the section that a caller sends.</summary>
    /// <param name="service">Whose.</param>
    /// <param name="awaited">Set while the service awaits a restore.</param>
    /// <param name="opened">The open store otherwise, or a throw of why there is none.</param>
    /// <param name="requests">What the caller sends.</param>
    /// <param name="rewrite">As of <see cref="AwaitedRestore.RunAsync"/>.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="DkmException">FAILED_PRECONDITION NOT_AWAITING_RESTORE; as <see cref="AwaitedRestore.RunAsync"/>.</exception>
    public static async Task<RestoreResponse> RestoreAsync(
        string service,
        AwaitedRestore? awaited,
        Func<ServiceStore> opened,
        RestoreRequests requests,
        Func<Record, DateTimeOffset, byte[]?> rewrite,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(opened);
        ArgumentNullException.ThrowIfNull(requests);
        if (awaited is not null)
        {
            var result = await awaited.RunAsync(requests.SectionAsync(cancellationToken), rewrite, requests.Changes, cancellationToken);
            return new RestoreResponse { Version = result.Version.ToString(), RecordCount = result.Records };
        }

        var store = opened();
        return store.IsJustRestoredFrom((await requests.HeaderAsync(service, cancellationToken)).BackupId, requests.Changes)
            ? new RestoreResponse { Version = store.Version.ToString(), AlreadyRestored = true }
            : throw new DkmException(
                ErrorKind.FailedPrecondition,
                Reasons.NotAwaitingRestore,
                $"{service} holds records already (version {store.Version}), and not just those of this backup with this list of destroyed keys; a restore fills an empty store, of a service that was started with Store:AwaitRestore");
    }
}
