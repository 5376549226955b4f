namespace Dkm.Cli.Failures;

using System.Collections.Generic;
using System.Linq;
using Dkm.Cli.Output;
using Dkm.Core;

/// <summary>Turns an error into what a person needs: who she is, what is missing, what she may do. Pure.</summary>
internal static class Teaching
{
    public static Failure Explain(DkmException error, Attempt? attempt, SpiffeId? caller, string identityName) => new()
    {
        Code = Words.Of(error.Kind),
        Reason = error.Reason,
        Message = error.Message,
        Field = error.Field,
        Caller = IsDenial(error) ? caller?.ToString() : null,
        Identity = IsDenial(error) ? identityName : null,
        Missing = error.Kind == ErrorKind.PermissionDenied ? Missing(attempt) : null,
        Advice = Advice(error, attempt, caller).ToArray() is { Length: > 0 } advice ? advice : null,
        ExitCode = ExitCode.Of(error.Kind),
    };

    private static bool IsDenial(DkmException error) => error.Kind is ErrorKind.PermissionDenied or ErrorKind.Unauthenticated;

    private static string? Missing(Attempt? attempt) => attempt switch
    {
        null => null,
        { Permission: null } => "membership in dkm-admins",
        { Ring: null } => $"{attempt.Permission} on the ring of this envelope's key",
        _ => $"{attempt.Permission} on {attempt.Ring}",
    };

    private static IEnumerable<string> Advice(DkmException error, Attempt? attempt, SpiffeId? caller) => error.Kind switch
    {
        ErrorKind.PermissionDenied when attempt is { IsAboutKeys: true } && caller is { Class: not IdentityClass.Workload } => NoWorkload(),
        ErrorKind.PermissionDenied when attempt is { Permission: not null } => NotBound(attempt, caller),
        ErrorKind.PermissionDenied => NoAdministrator(caller),
        ErrorKind.Unauthenticated =>
        [
            "look at your certificates: dkm doctor",
            $"for development, make a new one: dkm pki issue NAME --id {caller?.ToString() ?? "SPIFFE-ID"}",
        ],
        ErrorKind.NotFound =>
        [
            "see what there is: dkm ring list, dkm group list, dkm key list RING",
        ],
        ErrorKind.InvalidArgument when error.Reason == Reasons.CannotOpen =>
        [
            "give exactly the --context that it was protected with; data that was altered, or moved to another context, does not open",
        ],
        ErrorKind.InvalidArgument when error.Field == "envelope" =>
        [
            "an envelope begins with the bytes 'DKM' 0x01, or with 'dkm1.' in its text form",
        ],
        ErrorKind.Unavailable or ErrorKind.DeadlineExceeded =>
        [
            "look which service does not answer, and why: dkm doctor",
            "on this machine they are started with: dkm dev",
        ],
        ErrorKind.ResourceExhausted => ["wait a moment and try again"],
        ErrorKind.Aborted => ["somebody else changed it at the same time: look again, and repeat it if you still want it"],
        ErrorKind.AlreadyExists => ["look at what is there (show), or choose another name"],
        _ => [],
    };

    private static IEnumerable<string> NoAdministrator(SpiffeId? caller)
    {
        yield return "ask an administrator to do it, or act as one: --identity NAME";
        if (caller is { Class: IdentityClass.Human })
        {
            yield return $"an administrator may let another human in: dkm group add dkm-admins {caller}";
        }
    }

    private static string[] NoWorkload() =>
    [
        "humans never reach keys or what they protect, whatever groups they are in: administrators manage keys, workloads use them",
        "act as a workload whose group is bound to the ring: --identity NAME",
    ];

    private static IEnumerable<string> NotBound(Attempt attempt, SpiffeId? caller)
    {
        var who = caller?.ToString() ?? "SPIFFE-ID";
        var ring = attempt.Ring ?? "RING";
        yield return $"an administrator may add you to a group that is bound to the ring: dkm group add GROUP {who}";
        yield return $"or bind a group that you are in: dkm ring bind {ring} GROUP={attempt.Permission}";
        if (attempt.Permission is "manage")
        {
            yield return $"or make you an administrator: dkm group add dkm-admins {who}";
        }

        if (attempt.Ring is not null)
        {
            yield return $"see why: dkm access check {who} {ring} {attempt.Permission}";
        }
    }
}
