namespace Dkm.Hosting.Policy;

using System;
using Dkm.Transport;

/// <summary>The way to Access, for the policy and whatever else is asked of it; so that the container owns this channel and no other one of the same type.</summary>
public sealed class PolicyChannel(ServiceChannel channel) : IDisposable
{
    public ServiceChannel Channel { get; } = channel;

    public void Dispose() => Channel.Dispose();
}
