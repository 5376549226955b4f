namespace Dkm.Cli.Doctor;

using System.Collections.Generic;
using System.CommandLine;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Cli.Failures;
using Dkm.Cli.Output;
using Dkm.Core;

/// <summary><c>dkm doctor</c></summary>
internal static class DoctorCommand
{
    public static Command Create(CommandRunner runner)
    {
        var command = new Command("doctor", "Look at home, certificates, services, clocks and memory; say what to do. Exit code 1 if something is broken");
        command.SetAction(runner.Action((_, session, cancellationToken) => RunAsync(session, cancellationToken)));
        return command;
    }

    private static async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
    {
        List<CheckResult> checks = [.. HomeCheck.Run(session), .. IdentityCheck.Run(session)];
        if (checks.Exists(check => check is { Verdict: Verdict.Broken, Blocks: true }))
        {
            checks.Add(CheckResult.Watch("services", "not asked: who you are or where they are is not known", "mend what is broken above, then again: dkm doctor"));
        }
        else
        {
            foreach (var service in (DkmService[])[DkmService.Access, DkmService.KeyRing, DkmService.Crypto])
            {
                checks.AddRange(await ServiceCheck.RunAsync(session, service, cancellationToken));
            }
        }

        checks.Add(MemoryCheck.Run());
        var view = DoctorView.Of(checks);
        session.Printer.Show(view, CliJson.Form.DoctorView, shown => shown.ToText());
        return view.Healthy ? ExitCode.Ok : ExitCode.Failed;
    }
}
