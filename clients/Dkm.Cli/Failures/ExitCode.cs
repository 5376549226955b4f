namespace Dkm.Cli.Failures;

using Dkm.Core;

/// <summary>What scripts see.</summary>
internal static class ExitCode
{
    public const int Ok = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int Denied = 3;
    public const int NotFound = 4;
    public const int Invalid = 5;
    public const int Unavailable = 6;
    public const int Precondition = 7;

    /// <summary>What <c>doctor</c> says of a cluster that works and soon may not.</summary>
    public const int Attention = 8;

    /// <summary>What a shell says of a command that SIGINT ended.</summary>
    public const int Interrupted = 130;

    public static int Of(ErrorKind kind) => kind switch
    {
        ErrorKind.PermissionDenied or ErrorKind.Unauthenticated => Denied,
        ErrorKind.NotFound => NotFound,
        ErrorKind.InvalidArgument => Invalid,
        ErrorKind.Unavailable or ErrorKind.ResourceExhausted or ErrorKind.DeadlineExceeded => Unavailable,
        ErrorKind.FailedPrecondition or ErrorKind.Aborted or ErrorKind.AlreadyExists => Precondition,
        _ => Failed,
    };
}
