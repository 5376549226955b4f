namespace Dkm.Transport;

using Dkm.Core;
using Grpc.Core;

/// <summary>gRPC's codes and our closed set of kinds. The numbers agree; what has no kind of its own falls to the nearest.</summary>
internal static class StatusCodes
{
    public static ErrorKind ToKind(StatusCode code) => code switch
    {
        StatusCode.InvalidArgument or StatusCode.OutOfRange => ErrorKind.InvalidArgument,
        StatusCode.DeadlineExceeded => ErrorKind.DeadlineExceeded,
        StatusCode.NotFound => ErrorKind.NotFound,
        StatusCode.AlreadyExists => ErrorKind.AlreadyExists,
        StatusCode.PermissionDenied => ErrorKind.PermissionDenied,
        StatusCode.ResourceExhausted => ErrorKind.ResourceExhausted,
        // A server that lacks the call is an older one: nothing to retry, nothing broken.
        StatusCode.FailedPrecondition or StatusCode.Unimplemented => ErrorKind.FailedPrecondition,
        StatusCode.Aborted => ErrorKind.Aborted,
        StatusCode.Unavailable or StatusCode.Cancelled => ErrorKind.Unavailable,
        StatusCode.Unauthenticated => ErrorKind.Unauthenticated,
        _ => ErrorKind.Internal,
    };

    /// <summary>For a status without our ErrorInfo: from gRPC itself, or from something in between.</summary>
    public static string PlainReason(StatusCode code) => code switch
    {
        StatusCode.InvalidArgument or StatusCode.OutOfRange => Reasons.InvalidField,
        StatusCode.DeadlineExceeded => Reasons.Deadline,
        StatusCode.NotFound => Reasons.NotFound,
        StatusCode.AlreadyExists => Reasons.AlreadyExists,
        StatusCode.PermissionDenied => Reasons.PermissionMissing,
        StatusCode.ResourceExhausted => Reasons.TooLong,
        StatusCode.Unimplemented => Reasons.Unimplemented,
        StatusCode.FailedPrecondition => Reasons.NotReady,
        StatusCode.Aborted => Reasons.LostRace,
        StatusCode.Cancelled => Reasons.Cancelled,
        StatusCode.Unavailable => Reasons.NotConnected,
        StatusCode.Unauthenticated => Reasons.CertificateRejected,
        _ => Reasons.Internal,
    };
}
