namespace Dkm.Audit;

using System;
using Dkm.Core;

/// <summary>Pure: what an error says of a change that was sent to the store.</summary>
public static class ChangeRule
{
    /// <summary>
    /// Only what is known to be said before anything was written, or instead of it, counts as "not done". Of all else, a deadline above all, nobody knows.
    /// </summary>
    public static ChangeFate FateOf(Exception exception) => exception is DkmException known && IsRefusal(known) ? ChangeFate.NotApplied : ChangeFate.Unknown;

    /// <summary>How a change that was not done is recorded.</summary>
    public static AuditOutcome OutcomeOf(DkmException refusal)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        return refusal.Kind is ErrorKind.PermissionDenied or ErrorKind.Unauthenticated ? AuditOutcome.Denied : AuditOutcome.Failed;
    }

    private static bool IsRefusal(DkmException exception) => exception.Kind switch
    {
        ErrorKind.InvalidArgument or ErrorKind.NotFound or ErrorKind.AlreadyExists or ErrorKind.PermissionDenied or ErrorKind.ResourceExhausted
            or ErrorKind.FailedPrecondition or ErrorKind.Aborted or ErrorKind.Unauthenticated => true,
        ErrorKind.Unavailable => exception.Reason is Reasons.StoreUnavailable or Reasons.StoreFull or Reasons.NotReady or Reasons.PolicyStale,
        _ => false,
    };
}
