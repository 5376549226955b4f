namespace Dkm.UnitTests.KeyRing;

using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Dkm.Core.Keys;
using Dkm.KeyRing.Rollover;
using Xunit;

/// <summary>
/// Whoever was cut off at any moment that matters and lives on the lease that she got last; and another one, who hears everything at once. A moment matters
/// just before a change becomes known.
/// </summary>
internal sealed class ModelHolders
{
    private readonly RollingRing ring;
    private readonly ModelWorld world;
    private readonly TimeSpan longerLease;
    private readonly List<Message> messages = [];
    private (ImmutableArray<KeyFacts> Keys, TimeSpan Lease) known;
    private DateTimeOffset immediate = DateTimeOffset.MinValue;
    private KeyFacts? newest;

    public ModelHolders(RollingRing ring, ModelWorld world, TimeSpan longerLease)
    {
        (this.ring, this.world, this.longerLease) = (ring, world, longerLease);
        known = ([.. ring.Keys], ring.Policy.KeyLease);
    }

    public void Changed(DateTimeOffset now, bool immediately)
    {
        // The last message that does not tell of this.
        Send(now, now + world.News);
        immediate = immediately ? now : immediate;
        known = ([.. ring.Keys], ring.Policy.KeyLease);
    }

    public void Look(DateTimeOffset now)
    {
        var primary = PrimaryRule.Choose(ring.Keys, world.Other(now), newest);
        Assert.NotNull(primary);
        Assert.True(newest is null || PrimaryRule.Compare(primary, newest) >= 0, "the primary went back");
        Assert.Equal(ring.Times.Enabled.Length, ring.Times.Enabled.Select(key => key.ActivateTime).Distinct().Count());
        newest = primary;
        messages.RemoveAll(message => !message.Holds(world, now));
        foreach (var message in messages.Where(message => message.Sent + world.Delivery <= now))
        {
            // An immediate roll is the one thing that a holder which is cut off can't know; it asks for the key that it lacks.
            Assert.True(
                message.View <= immediate || message.Keys.Any(key => key.Id == primary.Id), "a holder with a valid lease lacks the primary");

            // What was active for the replica is active; a key that replaces another one's slot comes a tick after it.
            var clock = RingTimes.Later(world.Holder(now), world.Replica(message.Sent)) + RingTimes.Tick;
            Assert.True(PrimaryRule.Choose(message.Keys, clock, null) is not null, "a holder with a valid lease has no primary");
        }
    }

    /// <summary>What a replica knew just before <paramref name="view"/>, sent at <paramref name="sent"/>.</summary>
    private void Send(DateTimeOffset view, DateTimeOffset sent)
    {
        messages.Add(new(view, sent, known.Keys, known.Lease + longerLease));
    }

    private sealed record Message(DateTimeOffset View, DateTimeOffset Sent, ImmutableArray<KeyFacts> Keys, TimeSpan Lease)
    {
        /// <summary>To the earlier of sending + lease on the wall clock and receipt + lease on one that nobody sets.</summary>
        public bool Holds(ModelWorld world, DateTimeOffset now) =>
            world.Holder(now) < world.Replica(Sent) + Lease && now < Sent + world.Delivery + Lease;
    }
}
