namespace Dkm.Client.KeySets;

using System;
using System.Threading;
using Dkm.Core;
using Dkm.Core.Keys;

/// <summary>
/// Remembers which key of a ring is primary and until when, so that the rule is computed once per key and not once per envelope. The newest primary
/// outlives snapshots: it is what keeps a primary from going back.
/// </summary>
internal sealed class PrimaryChooser(string ring)
{
    private PrimaryChoice? current;
    private KeyFacts? newest;

    public PrimaryChoice? Current => Volatile.Read(ref current);

    /// <summary>Callers take turns.</summary>
    public PrimaryChoice Choose(RingSnapshot held, DateTimeOffset now)
    {
        // The server's clock had passed the time of sending, and what it called active then is active: a clock a little behind does not wait.
        var effective = held.SendTime > now ? held.SendTime : now;
        var facts = PrimaryRule.Choose(held.Facts, effective, newest) ?? throw Troubles.NoPrimary(ring);
        if (!Enum.IsDefined((Suite)held.SuiteNumber))
        {
            throw Troubles.SuiteNotKnown(ring, held.SuiteNumber);
        }

        var position = 0;
        var until = DateTimeOffset.MaxValue;
        for (var i = 0; i < held.Facts.Count; i++)
        {
            var other = held.Facts[i];
            if (ReferenceEquals(other, facts))
            {
                position = i;
            }
            else if (other.ActivateTime > effective && other.ActivateTime < until)
            {
                until = other.ActivateTime;
            }
        }

        newest = facts;
        var key = held.Keys[position];
        var choice = new PrimaryChoice(held, key, key.Cipher((Suite)held.SuiteNumber), until);
        Volatile.Write(ref current, choice);
        return choice;
    }

    public void Forget() => Volatile.Write(ref current, null);
}
