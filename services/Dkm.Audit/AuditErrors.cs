namespace Dkm.Audit;

using System;
using Dkm.Core;

/// <summary>The ways in which a log refuses.</summary>
internal static class AuditErrors
{
    public static DkmException Unavailable(string message, Exception? cause = null) =>
        new(ErrorKind.Unavailable, Reasons.AuditUnavailable, message, innerException: cause);

    public static DkmException Busy() =>
        new(ErrorKind.Unavailable, Reasons.AuditBusy, "more records wait to be written than may wait; try again");

    public static DkmException Full() => new(
        ErrorKind.Unavailable, Reasons.AuditFull, "the audit volume is all but full; what is left is kept for administration and revocation");

    public static DkmException Damaged(string message) => new(ErrorKind.FailedPrecondition, Reasons.AuditDamaged, message);
}
