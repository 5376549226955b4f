namespace Dkm.Crypto.Operations;

using System;
using Dkm.Core;

/// <summary>Answers whose wording is part of the contract.</summary>
internal static class Denials
{
    /// <summary>One text, word for word, whether the key does not exist, its ring cannot be had, or the caller is not bound to it.</summary>
    public static DkmException UnknownOrNotYours(SpiffeId caller) => new(
        ErrorKind.PermissionDenied,
        Reasons.KeyUnknownOrNotYours,
        $"{caller} may not open this envelope: its key is unknown, or of a ring that {caller} is not bound to; "
        + "an administrator can look it up and bind a group of hers to its ring: dkm ring bind RING GROUP=decrypt");

    public static DkmException OtherRing(string wanted) =>
        DkmException.Invalid("envelope", Reasons.OtherRing, $"the envelope is not of ring '{wanted}'");

    public static DkmException TooManyKeys(int maximum) => new(
        ErrorKind.ResourceExhausted, Reasons.TooMany, $"a batch may need at most {maximum} keys that are not here; send this item again, in another batch");

    /// <summary>Also what a stranger is told of a ring that is here while KeyRing is away: she is told it of one that does not exist.</summary>
    public static DkmException Away(Exception? cause = null) => new(
        ErrorKind.Unavailable, Reasons.NotConnected, "the keys are not here and KeyRing cannot be reached now; try again", innerException: cause);

    public static DkmException Changing() =>
        new(ErrorKind.Unavailable, Reasons.NotReady, "the keys of the ring are changing; try again");
}
