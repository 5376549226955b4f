namespace Dkm.Crypto.Operations;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Access.V1;
using Dkm.Core;
using Dkm.Core.Authorization;
using Dkm.Hosting;
using Dkm.Hosting.Policy;
using Grpc.Core;
using PolicySnapshot = Dkm.Core.Authorization.PolicySnapshot;

/// <summary>
/// What an elevated caller needs besides: a policy that is fresh, a clock that is not behind, and where her elevation has a maximum, an operation of it, which Access counts for all replicas. Costs a
/// workload one comparison.
/// </summary>
internal sealed class Elevations(IGroupMembership policy, ElevationClock clock, Func<CallInvoker> access)
{
    /// <summary>DESIGN section 3, the outage contract: elevated callers are served for so long without Access.</summary>
    public static readonly TimeSpan Staleness = TimeSpan.FromSeconds(30);

    /// <summary>Once for each call, before it is judged for its ring.</summary>
    /// <exception cref="DkmException">PERMISSION_DENIED, UNAVAILABLE, RESOURCE_EXHAUSTED.</exception>
    public ValueTask EnterAsync(Caller caller, long operations, CancellationToken cancellationToken)
    {
        if (caller.Id.Class != IdentityClass.Elevated)
        {
            return ValueTask.CompletedTask;
        }

        var elevation = Demand(caller.Id);
        return elevation.MaximumOperations == 0 ? ValueTask.CompletedTask : SpendAsync(elevation, operations, cancellationToken);
    }

    /// <summary>What needs no question to anybody.</summary>
    /// <exception cref="DkmException">PERMISSION_DENIED, UNAVAILABLE.</exception>
    private ElevationEntry Demand(SpiffeId id)
    {
        if (!policy.Ready || policy.Age > Staleness)
        {
            throw new DkmException(
                ErrorKind.Unavailable, Reasons.PolicyStale, "Access could not confirm for half a minute that this elevation is still in force; try again");
        }

        if (clock.IsBehind)
        {
            throw new DkmException(
                ErrorKind.Unavailable, Reasons.ClockBehind, "the clock of this replica is more than 5 s behind Access's, so it serves no elevated caller; try again, another replica may");
        }

        return ElevationRule.Find(id, policy.Current, clock.Now) ?? throw Over(id);
    }

    private async ValueTask SpendAsync(ElevationEntry elevation, long operations, CancellationToken cancellationToken)
    {
        try
        {
            await new ApprovalService.ApprovalServiceClient(access()).SpendOperationsAsync(
                new SpendOperationsRequest { Id = elevation.Id, Operations = operations }, cancellationToken: cancellationToken);
        }
        catch (DkmException trouble) when (trouble.Kind is not (ErrorKind.PermissionDenied or ErrorKind.ResourceExhausted))
        {
            // Trouble between us and Access is ours, whatever its kind.
            throw new DkmException(
                ErrorKind.Unavailable, Reasons.NotConnected, "this elevation has a maximum of operations, and Access, which counts them, cannot be asked now; try again", innerException: trouble);
        }
    }

    private static DkmException Over(SpiffeId id)
    {
        var denial = ElevationRule.Decide(id, string.Empty, RingPermission.Encrypt, [], PolicySnapshot.Empty, default);
        return new DkmException(ErrorKind.PermissionDenied, denial.Reason, denial.Explanation);
    }
}
