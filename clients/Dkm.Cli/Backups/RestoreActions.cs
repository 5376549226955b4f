namespace Dkm.Cli.Backups;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Backup.V1;
using Dkm.Cli.Failures;
using Dkm.Cli.Output;
using Dkm.Core;
using Google.Protobuf;

/// <summary>What <c>dkm restore</c> does: Access first, since KeyRing decides by its policy who may restore.</summary>
internal sealed class RestoreActions(Session session)
{
    private const int KeysAtOnce = 10_000;

    /// <summary>How long KeyRing may take to hear of the restored policy.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    public async Task RunAsync(string path, string? destroyed, DkmService? only, CancellationToken cancellationToken)
    {
        if (destroyed is not null && only == DkmService.Access)
        {
            throw new UsageException("--destroyed names keys, and Access has none");
        }

        var keys = destroyed is null ? [] : DestroyedList.Read(destroyed);
        session.Attempt = Attempt.Administration(DkmService.Access);
        using var file = BackupFile.Open(path);
        var restored = new List<RestoredView>();
        await using (var progress = TransferProgress.Start(session))
        {
            if (only is null or DkmService.Access)
            {
                restored.Add(RestoredView.Of(DkmService.Access, await SendAsync(file, DkmService.Access, [], progress, cancellationToken)));
            }

            if (only is null or DkmService.KeyRing)
            {
                restored.Add(RestoredView.Of(DkmService.KeyRing, await KeyRingAsync(file, keys, progress, cancellationToken)));
            }
        }

        session.Printer.Show(RestoreView.Of(file, restored, destroyed is not null), CliJson.Form.RestoreView, view => view.ToText());
    }

    /// <summary>KeyRing hears of the restored groups some seconds after Access has them.</summary>
    private async Task<RestoreResponse> KeyRingAsync(BackupFile file, IReadOnlyList<string> keys, TransferProgress progress, CancellationToken cancellationToken)
    {
        session.Attempt = Attempt.Administration(DkmService.KeyRing);
        var end = session.Time.GetUtcNow() + Patience;
        while (true)
        {
            try
            {
                return await SendAsync(file, DkmService.KeyRing, keys, progress, cancellationToken);
            }
            catch (DkmException e) when (e.Kind == ErrorKind.Unavailable && e.Reason is Reasons.NotReady or Reasons.PolicyStale && session.Time.GetUtcNow() < end)
            {
                progress.Tell("keyring: waiting for Access's policy", 0);
                await Task.Delay(Pause, session.Time, cancellationToken);
            }
        }
    }

    private async Task<RestoreResponse> SendAsync(
        BackupFile file, DkmService service, IReadOnlyList<string> keys, TransferProgress progress, CancellationToken cancellationToken)
    {
        var (scanner, options) = (service == DkmService.Access ? file.Access : file.KeyRing, session.Options(cancellationToken));
        using var call = service == DkmService.Access
            ? new Dkm.Access.V1.RootService.RootServiceClient(session.Once(service)).Restore(options)
            : new Dkm.KeyRing.V1.RootService.RootServiceClient(session.Once(service)).Restore(options);
        try
        {
            foreach (var some in keys.Chunk(KeysAtOnce))
            {
                await call.RequestStream.WriteAsync(new RestoreRequest { DestroyedKeys = new DestroyedKeys { Ids = { some } } }, cancellationToken);
            }

            var left = scanner.Bytes;
            foreach (var piece in file.Pieces(service))
            {
                await call.RequestStream.WriteAsync(new RestoreRequest { Section = UnsafeByteOperations.UnsafeWrap(piece) }, cancellationToken);
                left -= piece.Length;
                progress.Tell($"{Words.Of(service)}: sent", 1 - ((double)left / scanner.Bytes));
            }

            await call.RequestStream.CompleteAsync();
            progress.Tell($"{Words.Of(service)}: verified and written there", 1);
        }
        catch (Exception e) when (e is DkmException or InvalidOperationException && !cancellationToken.IsCancellationRequested)
        {
            // The service has answered before it had read all of it: its answer says more.
        }

        return await call.ResponseAsync;
    }
}
