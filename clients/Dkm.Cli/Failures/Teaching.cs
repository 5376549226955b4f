namespace Dkm.Cli.Failures;

using System;
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
        Message = Headline(error),
        Field = error.Field,
        Flag = FieldFlags.Of(error.Field),
        Caller = IsDenial(error) ? caller?.ToString() : null,
        Identity = IsDenial(error) ? identityName : null,
        Missing = error.Kind == ErrorKind.PermissionDenied && !IsOfPetitions(error.Reason) ? Missing(attempt, caller) : null,
        Advice = Advice(error, attempt, caller).ToArray() is { Length: > 0 } advice ? advice : null,
        ExitCode = ExitCode.Of(error.Kind),
    };

    /// <summary>What the service adds for callers that have nobody to teach them is said below in full.</summary>
    private static string Headline(DkmException error)
    {
        var tail = error.Kind == ErrorKind.PermissionDenied ? error.Message.IndexOf("; an administrator can", StringComparison.Ordinal) : -1;
        return tail < 0 ? FieldFlags.Say(error.Message, error.Field) : error.Message[..tail];
    }

    /// <summary>Nothing that could be given is missing: who may is said by the petition.</summary>
    private static bool IsOfPetitions(string reason) =>
        reason is Reasons.OwnPetition or Reasons.NotAnApprover or Reasons.NotTheRequester or Reasons.PetitionUnknownOrNotYours or Reasons.ElevationOver;

    private static bool IsDenial(DkmException error) => error.Kind is ErrorKind.PermissionDenied or ErrorKind.Unauthenticated;

    private static string? Missing(Attempt? attempt, SpiffeId? caller) => attempt switch
    {
        null => null,
        { Permission: null } => caller is null or { Class: IdentityClass.Human } ? "membership in dkm-admins" : "an administrator, who is always a human",
        { Ring: null } => $"{attempt.Permission} on the ring of this envelope's key",
        _ => $"{attempt.Permission} on {attempt.Ring}",
    };

    private static IEnumerable<string> Advice(DkmException error, Attempt? attempt, SpiffeId? caller) => error.Kind switch
    {
        ErrorKind.PermissionDenied => DenialAdvice.Of(error, attempt, caller),
        ErrorKind.Unauthenticated when error.Reason == Reasons.ServerIdentity =>
        [
            "it is about the server's certificate, not yours: dkm doctor shows which replica, and what to do; nothing was sent to it",
        ],
        ErrorKind.Unauthenticated =>
        [
            "look at your certificates: dkm doctor",
            $"for development, make a new one: dkm pki issue NAME --id {caller?.ToString() ?? "SPIFFE-ID"}",
        ],
        ErrorKind.NotFound => [$"see what there is: {attempt?.Look ?? "dkm ring list"}"],
        ErrorKind.InvalidArgument => InvalidAdvice(error),
        ErrorKind.Unavailable when error.Reason == Reasons.StoreFull =>
        [
            "make room in etcd: etcdctl compact REVISION, etcdctl defrag at each member (or raise --quota-backend-bytes), then: etcdctl alarm disarm",
            "see how full it is, and what else: dkm doctor",
        ],
        ErrorKind.Unavailable when error.Reason == Reasons.NotConnected =>
        [
            "look which service does not answer, and why: dkm doctor",
            "on this machine they are started with: dkm dev (a cluster: make cluster)",
        ],
        ErrorKind.Unavailable => ["see what keeps it from that, and what to do: dkm doctor"],
        ErrorKind.DeadlineExceeded =>
        [
            "look which service does not answer, and why: dkm doctor",
            "or give it more time: --timeout DURATION",
        ],
        ErrorKind.FailedPrecondition when error.Reason == Reasons.ConfirmHolders =>
        [
            $"see who they are: dkm ring status {attempt?.Ring ?? "RING"}",
            "if that is meant, repeat it with --confirm-holders and that number of identities, or a larger one",
        ],
        ErrorKind.FailedPrecondition when error.Reason is Reasons.KeyState or Reasons.KeyInUse && attempt is { Permission: "manage" or "destroy", Ring: { } ring } =>
        [
            $"see the states of its keys: dkm key list {ring}",
        ],
        ErrorKind.FailedPrecondition when error.Reason == Reasons.NotAwaitingRestore =>
        [
            "for a whole restore, start Access and KeyRing on an empty store with Store:AwaitRestore=true (docs/BACKUP.md)",
            "if that is Access, with the records that it is to have, and KeyRing's store alone is empty: --only keyring",
        ],
        ErrorKind.FailedPrecondition when error.Reason == Reasons.StoreNotEmpty =>
        [
            "give the services a store with nothing below /dkm/v1/; empty an old one only if you are sure that nobody needs it any more",
        ],
        ErrorKind.FailedPrecondition when error.Reason == Reasons.RootDenied && attempt is { Permission: null } =>
        [
            "nothing but that root opens these records: start the service with it (Root:File)",
        ],
        ErrorKind.Aborted when error.Reason == Reasons.RevisionGone =>
        [
            "the store forgets its history faster than the backup is read: let etcd keep more of it (--auto-compaction-retention=1h)",
        ],
        ErrorKind.FailedPrecondition when error.Reason == Reasons.StoreRefused =>
        [
            "what was held before is still served; nothing is written until the store is right again",
            "if an older state of it was put back, and replicas that hold the newer one still run: dkm recover",
        ],
        ErrorKind.ResourceExhausted => ["wait a moment and try again"],
        ErrorKind.Aborted => ["somebody else changed it at the same time: look again, and repeat it if you still want it"],
        ErrorKind.AlreadyExists => [attempt is null ? "choose another name" : $"see what there is ({attempt.Look}), or choose another name"],
        _ => [],
    };

    private static string[] InvalidAdvice(DkmException error) => error switch
    {
        { Reason: Reasons.CannotOpen } =>
            ["give exactly the --context that it was protected with; data that was altered, or moved to another context, does not open"],
        { Reason: Reasons.BackupInvalid } =>
            ["take another copy of this backup, or another backup: this one was cut off or changed on its way, or is for another version"],
        { Reason: Reasons.OtherRing } => ["leave out --ring, or name the ring that it is of: dkm envelope show FILE"],
        { Reason: Reasons.TooLong, Field: "plaintext" } =>
            ["for more than that, make a key for it: dkm datakey --ring RING; encrypt the data with that key and keep its envelope beside it"],
        { Reason: Reasons.Malformed, Field: "envelope" } =>
            ["an envelope begins with the bytes 'DKM' 0x01, or with 'dkm1.' in its text form; this one is something else, or was cut off or changed on its way"],
        _ => [],
    };
}
