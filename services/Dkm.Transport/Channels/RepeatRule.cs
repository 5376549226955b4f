namespace Dkm.Transport;

using Dkm.Core;

/// <summary>What comes after an attempt that failed: pure, so that each line of it is a line of a test.</summary>
internal static class RepeatRule
{
    public enum Step
    {
        GiveUp,

        /// <summary>At once, at another replica.</summary>
        Elsewhere,

        /// <summary>After a pause, wherever it may succeed.</summary>
        Later,
    }

    /// <param name="failure">How it failed.</param>
    /// <param name="cutShort">It was given up because it took longer than one try may, not because the call's time was over.</param>
    /// <param name="sent">Something of the call may have reached the other side.</param>
    /// <param name="repeatable">The call may be carried out twice.</param>
    /// <param name="attempt">The one that failed, counted from 1.</param>
    /// <param name="maximum">How many there may be of a call that is repeated.</param>
    /// <param name="replicas">How many replicas there are.</param>
    /// <param name="hasOther">One of the others is worth trying.</param>
    public static Step Decide(
        DkmException failure, bool cutShort, bool sent, bool repeatable, int attempt, int maximum, int replicas, bool hasOther)
    {
        // A replica that is not the one it should be, or is not there, has not seen the call.
        if (!sent && hasOther && attempt < replicas)
        {
            return Step.Elsewhere;
        }

        if (!repeatable || attempt >= maximum || !(cutShort || failure.Kind == ErrorKind.Unavailable))
        {
            return Step.GiveUp;
        }

        return hasOther ? Step.Elsewhere : Step.Later;
    }
}
