namespace Dkm.Storage;

using System;
using Dkm.Core;

/// <summary>The few troubles of Storage, in one wording each.</summary>
internal static class StoreErrors
{
    internal static DkmException Unavailable(string what, Exception? cause = null) =>
        new(ErrorKind.Unavailable, Reasons.StoreUnavailable, $"the store is unavailable, nothing was written: {what}", innerException: cause);

    internal static DkmException OutcomeUnknown(string what, Exception? cause = null) =>
        new(ErrorKind.Unavailable, Reasons.OutcomeUnknown, $"whether the change was written is not known: {what}", innerException: cause);

    /// <summary>etcd says this also of the very write that has used up the last room and was done; a read that begins after the answer tells.</summary>
    internal static DkmException Full(string what, Exception? cause = null) => new(
        ErrorKind.Unavailable,
        Reasons.StoreFull,
        $"the store is full, and nothing can be changed until there is room again; what is there can be read, and keys in use serve on: {what}",
        innerException: cause);

    internal static DkmException Refused(string trouble) =>
        new(ErrorKind.FailedPrecondition, Reasons.StoreRefused, $"the store's content is refused: {trouble}");

    internal static DkmException NothingToRecover(string what) => new(ErrorKind.FailedPrecondition, Reasons.NothingToRecover, $"there is nothing to recover: {what}");

    internal static DkmException BackupInvalid(string service, string what) =>
        DkmException.Invalid("section", Reasons.BackupInvalid, $"the {service} section of this backup is refused, and nothing was written: {what}");

    internal static DkmException NotEmpty(string what) =>
        new(ErrorKind.FailedPrecondition, Reasons.StoreNotEmpty, $"a restore needs an empty store, or one that holds a part of the same restore: {what}");

    internal static DkmException RevisionGone(long revision, StoreCompactedException cause) => new(
        ErrorKind.Aborted,
        Reasons.RevisionGone,
        $"the store's history no longer reaches back to revision {revision}, but to {cause.CompactRevision}; begin the backup again",
        innerException: cause);

    internal static DkmException LostRace(string what) => new(ErrorKind.Aborted, Reasons.LostRace, $"another change came first: {what}");

    internal static DkmException Upgrade(string what) => new(ErrorKind.FailedPrecondition, Reasons.UpgradeInProgress, what);

    /// <summary>True if the exception says that surely nothing was written.</summary>
    internal static bool SurelyNotWritten(Exception exception) => exception is DkmException { Reason: Reasons.StoreUnavailable };

    internal static bool IsFull(Exception exception) => exception is DkmException { Reason: Reasons.StoreFull };
}
