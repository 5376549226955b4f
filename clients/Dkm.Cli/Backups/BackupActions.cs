namespace Dkm.Cli.Backups;

using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Backup.V1;
using Dkm.Cli.Failures;
using Dkm.Cli.Output;
using Dkm.Core;
using Dkm.Core.Backups;
using Grpc.Core;

/// <summary>What <c>dkm backup</c> does: Access first, which says the store's revision, then KeyRing at the same one.</summary>
internal sealed class BackupActions(Session session)
{
    private const int Attempts = 3;

    public async Task RunAsync(string file, CancellationToken cancellationToken)
    {
        if (CompleteFile.IsDevice(Path.GetFullPath(file)))
        {
            throw new UsageException($"{file}: a backup appears when it is complete, so it has to be a file");
        }

        BackupView? view = null;
        for (var attempt = 1; view is null; attempt++)
        {
            try
            {
                await CompleteFile.WriteAsync(file, file, async (stream, token) => view = await WriteAsync(file, stream, token), cancellationToken);
            }
            catch (DkmException e) when (e.Reason == Reasons.RevisionGone && attempt < Attempts)
            {
                await session.NoteAsync("(the store's history moved on meanwhile; beginning again)");
            }
        }

        session.Printer.Show(view, CliJson.Form.BackupView, shown => shown.ToText());
    }

    private async Task<BackupView> WriteAsync(string file, Stream stream, CancellationToken cancellationToken)
    {
        var id = KeyId.Create(session.Time.GetUtcNow()).ToString();
        await using var progress = TransferProgress.Start(session);
        await stream.WriteAsync(BackupFormat.Magic.ToArray(), cancellationToken);
        var access = await CopyAsync(
            DkmService.Access,
            new Dkm.Access.V1.RootService.RootServiceClient(session.Once(DkmService.Access)).Backup(
                new BackupRequest { BackupId = id }, session.Options(cancellationToken)),
            stream,
            progress,
            cancellationToken);
        var keyRing = await CopyAsync(
            DkmService.KeyRing,
            new Dkm.KeyRing.V1.RootService.RootServiceClient(session.Once(DkmService.KeyRing)).Backup(
                new BackupRequest { BackupId = id, StoreRevision = access.Header.StoreRevision }, session.Options(cancellationToken)),
            stream,
            progress,
            cancellationToken);
        return access.Header.ClusterId == keyRing.Header.ClusterId
            ? BackupView.Of(file, access, keyRing)
            : throw keyRing.Invalid($"it is of the installation {keyRing.Header.ClusterId}, and Access is of {access.Header.ClusterId}: the two have different stores");
    }

    private async Task<SectionScanner> CopyAsync(
        DkmService service, AsyncServerStreamingCall<BackupResponse> call, Stream stream, TransferProgress progress, CancellationToken cancellationToken)
    {
        using var running = call;
        session.Attempt = Attempt.Administration(service);
        var scanner = new SectionScanner(service);
        while (await running.ResponseStream.MoveNext(cancellationToken))
        {
            var piece = running.ResponseStream.Current.Section;
            if (scanner.Feed(piece.Span) < piece.Length)
            {
                throw scanner.Invalid("something follows behind its trailer");
            }

            await stream.WriteAsync(piece.Memory, cancellationToken);
            progress.Tell($"{Words.Of(service)}: {scanner.Entries} records", 0);
        }

        return scanner.IsComplete
            ? scanner
            : throw new DkmException(ErrorKind.Unavailable, Reasons.NotConnected, $"{Words.Of(service)} ended its section before it was complete");
    }
}
