namespace Dkm.Client.KeySets;

using System;
using Dkm.Core;
using Dkm.Core.Keys;

/// <summary>The exceptions of this library in one place, so that one trouble has one wording.</summary>
internal static class Troubles
{
    public static DkmException KeyState(string keyId, StoredKeyState state)
    {
        var word = state switch
        {
            StoredKeyState.Disabled => "DISABLED",
            StoredKeyState.Compromised => "COMPROMISED",
            StoredKeyState.DestroyScheduled => "DESTROY_SCHEDULED",
            StoredKeyState.Destroyed => "DESTROYED",
            _ => "not available",
        };
        return new DkmException(ErrorKind.FailedPrecondition, Reasons.KeyState, $"key {keyId} is {word}");
    }

    public static DkmException LeaseEnded(string ring, TimeSpan lease, DkmException? cause) =>
        new(
            ErrorKind.Unavailable,
            Reasons.LeaseEnded,
            $"the lease on the keys of ring {ring} has ended: KeyRing was not heard for longer than {lease}{Because(cause)}");

    public static DkmException NoLeaseYet(string ring) =>
        new(ErrorKind.Unavailable, Reasons.NotReady, $"KeyRing has delivered ring {ring} but grants no lease: it cannot confirm its own policy now");

    public static DkmException NotConnected(string ring, DkmException? cause) =>
        new(ErrorKind.Unavailable, Reasons.NotConnected, $"the keys of ring {ring} are not here: KeyRing was not reached{Because(cause)}");

    public static DkmException NotAnswered(string ring) =>
        new(ErrorKind.Unavailable, Reasons.NotReady, $"the keys of ring {ring} are not here yet: KeyRing has not answered");

    public static DkmException NoPrimary(string ring) =>
        new(ErrorKind.FailedPrecondition, Reasons.NoPrimary, $"ring {ring} has no key that may make new envelopes now");

    public static DkmException SuiteNotRead(string ring, Suite suite) =>
        new(ErrorKind.FailedPrecondition, Reasons.SuiteNotRead, $"ring {ring} does not open envelopes of suite {(int)suite}");

    public static DkmException SuiteNotKnown(string ring, int suite) =>
        new(ErrorKind.FailedPrecondition, Reasons.UnknownSuite, $"ring {ring} makes envelopes of suite {suite}, which this version does not know: upgrade it");

    public static DkmException OtherRing(string wanted) =>
        DkmException.Invalid("envelope", Reasons.OtherRing, $"the envelope is not of {wanted}");

    public static DkmException Withdrawn(string ring) =>
        new(ErrorKind.Unavailable, Reasons.NotReady, $"the keys of ring {ring} are changing; try again");

    public static DkmException TooManyRings(int maximum) =>
        new(ErrorKind.ResourceExhausted, Reasons.TooMany, $"this process wants {maximum} rings already and may not want more");

    public static DkmException BadAnswer(string what) => new(ErrorKind.Unavailable, Reasons.NotReady, "KeyRing answered with " + what);

    /// <summary>Waiting does not help against these.</summary>
    public static bool IsFinal(DkmException trouble) => trouble.Kind is ErrorKind.Unauthenticated or ErrorKind.PermissionDenied;

    /// <summary>The same trouble for another caller: one exception object thrown by many threads would mix up their stack traces.</summary>
    public static DkmException Again(DkmException trouble) => new(trouble.Kind, trouble.Reason, trouble.Message, trouble.Field);

    private static string Because(DkmException? cause) => cause is null ? string.Empty : $" ({cause.Message})";
}
