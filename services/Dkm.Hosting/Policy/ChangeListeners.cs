namespace Dkm.Hosting.Policy;

using System;
using System.Collections.Immutable;
using Dkm.Core.Authorization;

/// <summary>Who wants to hear of a new policy.</summary>
public sealed class ChangeListeners
{
    private ImmutableList<Action<PolicySnapshot>> listeners = [];

    public IDisposable Add(Action<PolicySnapshot> listener)
    {
        ImmutableInterlocked.Update(ref listeners, (list, added) => list.Add(added), listener);
        return new Registration(this, listener);
    }

    /// <summary>One after the other, on the caller's thread.</summary>
    public void Tell(PolicySnapshot snapshot)
    {
        foreach (var listener in listeners)
        {
            listener(snapshot);
        }
    }

    private sealed class Registration(ChangeListeners owner, Action<PolicySnapshot> listener) : IDisposable
    {
        public void Dispose() => ImmutableInterlocked.Update(ref owner.listeners, (list, removed) => list.Remove(removed), listener);
    }
}
