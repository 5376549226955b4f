namespace Dkm.Access.Policy;

using System;
using System.Threading.Channels;
using Dkm.Core.Authorization;

/// <summary>One follower of the policy. One that does not keep up is let go, and comes back for a snapshot.</summary>
internal sealed class PolicySubscription : IDisposable
{
    private const int MaximumBehind = 256;

    private readonly Channel<PolicyStep> steps = Channel.CreateBounded<PolicyStep>(MaximumBehind);
    private readonly Action<PolicySubscription> remove;

    public PolicySubscription(PolicySnapshot snapshot, Action<PolicySubscription> remove)
    {
        Snapshot = snapshot;
        this.remove = remove;
    }

    public PolicySnapshot Snapshot { get; }

    /// <summary>Completes when this follower has fallen too far behind.</summary>
    public ChannelReader<PolicyStep> Steps => steps.Reader;

    public void Offer(PolicyStep step)
    {
        if (!steps.Writer.TryWrite(step) && steps.Writer.TryComplete())
        {
            Telemetry.FellBehind();
        }
    }

    public void Dispose() => remove(this);
}
