namespace Dkm.Cli.Doctor;

using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Cli.Doctor.Rules;
using Dkm.Cli.Failures;
using Dkm.Cli.Output;
using Dkm.Core;

/// <summary><c>dkm doctor</c></summary>
internal static class DoctorCommand
{
    public static Command Create(CommandRunner runner)
    {
        var command = new Command("doctor", "Look at home, certificates, every replica of every service, etcd, clocks and memory; say what to do. Exit code 1 if something is broken, 8 if all works and something needs attention");
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
            checks.AddRange(await AskAsync(session, cancellationToken));
        }

        checks.Add(MemoryCheck.Run());
        var view = DoctorView.Of(checks);
        session.Printer.Show(view, CliJson.Form.DoctorView, shown => shown.ToText());
        return checks.Max(check => check.Verdict) switch
        {
            Verdict.Good => ExitCode.Ok,
            Verdict.Watch => ExitCode.Attention,
            _ => ExitCode.Failed,
        };
    }

    /// <summary>All replicas at once: it takes as long as the slowest answer, not as long as all of them.</summary>
    private static async Task<IEnumerable<CheckResult>> AskAsync(Session session, CancellationToken cancellationToken)
    {
        List<CheckResult> mistakes = [];
        List<ReplicaInquiry> inquiries = [];
        foreach (var service in (DkmService[])[DkmService.Access, DkmService.KeyRing, DkmService.Crypto])
        {
            try
            {
                foreach (var address in session.Addresses(service))
                {
                    inquiries.AddRange((await ReplicaAddresses.ExpandAsync(address, cancellationToken)).Select(one => new ReplicaInquiry(session, service, one)));
                }
            }
            catch (UsageException e)
            {
                mistakes.Add(CheckResult.Broken(Words.Of(service), e.Message, e.Hint?.Replace("\n", "; ", StringComparison.Ordinal) ?? "see above"));
            }
        }

        var replicas = await Task.WhenAll(inquiries.Select(inquiry => inquiry.RunAsync(cancellationToken)));
        return [.. mistakes, .. ClusterRules.Judge(replicas, session.Time.GetUtcNow())];
    }
}
