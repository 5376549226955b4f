namespace Dkm.Cli.Recovery;

using System;
using System.CommandLine;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Access.V1;
using Dkm.Cli.Failures;
using Dkm.Cli.Output;
using Dkm.Core;

/// <summary><c>dkm recover</c></summary>
internal static class RecoveryCommands
{
    public static Command Recover(CommandRunner runner)
    {
        var command = new Command(
            "recover",
            "After an older state of the store was put back: the running replicas write back what they hold, and the epoch rises. Refused if nothing is wrong");
        command.SetAction(runner.Action((_, session, cancellationToken) => RecoverAsync(session, cancellationToken)));
        return command;
    }

    /// <summary>Access first: KeyRing decides by its policy who may ask.</summary>
    private static async Task RecoverAsync(Session session, CancellationToken cancellationToken)
    {
        var access = new RootService.RootServiceClient(session.Once(DkmService.Access));
        var keyRing = new KeyRing.V1.RootService.RootServiceClient(session.Once(DkmService.KeyRing));
        session.Attempt = Attempt.Administration(DkmService.Access);
        var (first, nothing) = await TryAsync(async () => (await access.RecoverAsync(new(), session.Options(cancellationToken))).Version);
        session.Attempt = Attempt.Administration(DkmService.KeyRing);
        var (second, nothingEither) = await TryAsync(async () => (await keyRing.RecoverAsync(new(), session.Options(cancellationToken))).Version);
        if (nothing is not null && nothingEither is not null)
        {
            throw nothing;
        }

        session.Printer.Rows(
            [RecoveryView.Of(DkmService.Access, first), RecoveryView.Of(DkmService.KeyRing, second)],
            CliJson.Form.ListRecoveryView,
            ["SERVICE", "RECOVERED", "VERSION"],
            view => [view.Service, view.Recovered ? "yes" : "nothing was wrong", view.Version ?? string.Empty],
            string.Empty);
    }

    private static async Task<(string? Version, DkmException? Nothing)> TryAsync(Func<Task<string>> recover)
    {
        try
        {
            return (await recover(), null);
        }
        catch (DkmException nothing) when (nothing.Reason == Reasons.NothingToRecover)
        {
            return (null, nothing);
        }
    }
}
