namespace Dkm.Cli.Doctor;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Status.V1;
using Grpc.Core;
using Grpc.Health.V1;

/// <summary>Asks one replica how it is. Who is no administrator hears whether it serves, and no more.</summary>
internal sealed class ReplicaInquiry(Session session, DkmService service, Uri address)
{
    /// <summary>A replica looks up what it tells in two or three seconds; one that hangs must not cost the time of the others' answers.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    private readonly CallInvoker replica = session.At(service, address);
    private DateTimeOffset before;

    public async Task<ReplicaFacts> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await AskAsync(cancellationToken);
        }
        catch (DkmException e) when (e.Kind == ErrorKind.PermissionDenied)
        {
            return await AskHealthAsync(cancellationToken);
        }
        catch (DkmException e)
        {
            return Failed(e);
        }
    }

    private async Task<ReplicaFacts> AskAsync(CancellationToken cancellationToken)
    {
        before = session.Time.GetUtcNow();
        var status = await new StatusService.StatusServiceClient(replica).GetServiceStatusAsync(new GetServiceStatusRequest(), Options(cancellationToken));
        return Facts() with { Status = status };
    }

    private async Task<ReplicaFacts> AskHealthAsync(CancellationToken cancellationToken)
    {
        try
        {
            var answer = await new Health.HealthClient(replica).CheckAsync(new HealthCheckRequest(), Options(cancellationToken));
            return Facts() with { Serving = answer.Status == HealthCheckResponse.Types.ServingStatus.Serving };
        }
        catch (DkmException e)
        {
            return Failed(e);
        }
    }

    private ReplicaFacts Facts() => new(service, address, before, session.Time.GetUtcNow());

    private CallOptions Options(CancellationToken cancellationToken)
    {
        var patience = session.Time.GetUtcNow().UtcDateTime + Patience;
        return new CallOptions(deadline: session.Deadline < patience ? session.Deadline : patience, cancellationToken: cancellationToken);
    }

    private ReplicaFacts Failed(DkmException e)
    {
        var (trouble, advice) = ReplicaTrouble.Of(address, e, session.Addresses(service).Count > 1);
        return Facts() with { Trouble = trouble, Advice = advice };
    }
}
