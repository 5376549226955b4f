namespace Dkm.Cli.Output;

using Dkm.Core;
using Dkm.KeyRing.V1;

/// <summary>How numbers of the contract are spelled for people and in JSON.</summary>
internal static class Words
{
    public static string Of(DkmService service) => service switch
    {
        DkmService.Access => "access",
        DkmService.KeyRing => "keyring",
        DkmService.Crypto => "crypto",
        _ => service.ToString(),
    };

    public static string Of(Key.Types.State state) => state switch
    {
        Key.Types.State.Pending => "PENDING",
        Key.Types.State.Active => "ACTIVE",
        Key.Types.State.Archived => "ARCHIVED",
        Key.Types.State.Disabled => "DISABLED",
        Key.Types.State.Compromised => "COMPROMISED",
        Key.Types.State.DestroyScheduled => "DESTROY_SCHEDULED",
        Key.Types.State.Destroyed => "DESTROYED",
        _ => "UNKNOWN",
    };

    public static string Of(Serve serve) => serve switch
    {
        Serve.Local => "local",
        Serve.Remote => "remote",
        _ => "both",
    };

    public static string OfSuite(int suite) => suite switch
    {
        1 => "1 (XAES-256-GCM)",
        3 => "3 (AEGIS-256)",
        _ => $"{suite} (unknown to this version)",
    };

    public static string Of(ErrorKind kind) => kind switch
    {
        ErrorKind.InvalidArgument => "INVALID_ARGUMENT",
        ErrorKind.DeadlineExceeded => "DEADLINE_EXCEEDED",
        ErrorKind.NotFound => "NOT_FOUND",
        ErrorKind.AlreadyExists => "ALREADY_EXISTS",
        ErrorKind.PermissionDenied => "PERMISSION_DENIED",
        ErrorKind.ResourceExhausted => "RESOURCE_EXHAUSTED",
        ErrorKind.FailedPrecondition => "FAILED_PRECONDITION",
        ErrorKind.Aborted => "ABORTED",
        ErrorKind.Unavailable => "UNAVAILABLE",
        ErrorKind.Unauthenticated => "UNAUTHENTICATED",
        _ => "INTERNAL",
    };
}
