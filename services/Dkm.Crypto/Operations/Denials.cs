namespace Dkm.Crypto.Operations;

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

    public static DkmException Changing() =>
        new(ErrorKind.Unavailable, Reasons.NotReady, "the keys of the ring are changing; try again");
}
