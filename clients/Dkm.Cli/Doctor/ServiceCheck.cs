namespace Dkm.Cli.Doctor;

using System;
using System.Collections.Generic;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Cli.Failures;
using Dkm.Cli.Output;
using Dkm.Core;
using Grpc.Health.V1;

/// <summary>One service: answers under its own identity, is ready, and lives at the same time as this machine.</summary>
internal static class ServiceCheck
{
    public static async Task<List<CheckResult>> RunAsync(Session session, DkmService service, CancellationToken cancellationToken)
    {
        var name = Words.Of(service);
        try
        {
            var before = session.Time.GetUtcNow();
            using var call = new Health.HealthClient(session.Once(service)).CheckAsync(new HealthCheckRequest(), session.Options(cancellationToken));
            var answer = await call.ResponseAsync;
            var after = session.Time.GetUtcNow();
            var headers = await call.ResponseHeadersAsync;
            return [Readiness(session, service, answer.Status), .. ClockSkew.Judge(name, headers.GetValue("date"), before, after)];
        }
        catch (UsageException e)
        {
            return [CheckResult.Broken(name, e.Message, e.Hint?.Replace("\n", "; ", StringComparison.Ordinal) ?? "see above")];
        }
        catch (DkmException e)
        {
            return [Failed(session, service, e)];
        }
    }

    private static CheckResult Readiness(Session session, DkmService service, HealthCheckResponse.Types.ServingStatus status) =>
        status == HealthCheckResponse.Types.ServingStatus.Serving
            ? CheckResult.Good(Words.Of(service), $"{session.Addresses(service)} answers and is ready")
            : CheckResult.Broken(
                Words.Of(service),
                $"{session.Addresses(service)} answers and is not ready ({status})",
                "its /readyz says why; its log says more");

    private static CheckResult Failed(Session session, DkmService service, DkmException e) => CheckResult.Broken(
        Words.Of(service),
        string.Create(CultureInfo.InvariantCulture, $"{session.Addresses(service)}: {Words.Of(e.Kind)} {e.Reason}: {e.Message}"),
        e switch
        {
            { Reason: Reasons.ServerIdentity } => $"something else answers there: look at the address in config.json, and at the server's certificate; nothing was sent to it",
            { Kind: ErrorKind.Unauthenticated } => "this identity's certificate is not accepted: issue a new one, or take another identity",
            { Kind: ErrorKind.Unavailable or ErrorKind.DeadlineExceeded } => "is it running, and is that its address? On this machine: dkm dev",
            _ => "look at the service's log",
        });
}
