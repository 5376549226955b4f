namespace Dkm.KeyRing.Rings;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Core.Authorization;
using Dkm.Hosting;
using Dkm.Hosting.Policy;

/// <summary>Who may do what to a ring. Whether a ring exists is told to those alone who may see it: everybody else hears the same for one that doesn't.</summary>
internal sealed class RingAccess(RingCatalog catalog, KeyRingStore store, IGroupMembership membership, LimitOptions limits, TimeProvider time)
{
    private static readonly TimeSpan PolicyWait = TimeSpan.FromSeconds(3);

    /// <summary>The policy to decide by, or UNAVAILABLE before there is one.</summary>
    public PolicySnapshot Policy => membership.Ready
        ? membership.Current
        : throw new DkmException(ErrorKind.Unavailable, Reasons.NotReady, "the policy has not arrived yet");

    /// <summary>For administrators, whom Hosting has let in: the ring, or NOT_FOUND.</summary>
    public RingView Get(string name, string field)
    {
        RingName.Check(name, field);
        _ = store.Current;
        return catalog.Find(name) ?? throw NotFound(name);
    }

    /// <summary>For administrators and <c>manage</c>.</summary>
    public RingView Manage(Caller caller, string name, string field) => Administer(caller, RingPermission.Manage, name, field);

    /// <summary>For administrators and whoever has the permission.</summary>
    public RingView Administer(Caller caller, RingPermission permission, string name, string field)
    {
        RingName.Check(name, field);
        _ = store.Current;
        var policy = Policy;
        if (membership.Age > limits.AdministrationStaleness)
        {
            throw new DkmException(ErrorKind.Unavailable, Reasons.PolicyStale, "the policy could not be confirmed lately, so nothing is administered by it");
        }

        var view = catalog.Find(name);
        caller.Demand(AccessRule.DecideAdministration(caller.Id, name, permission, view?.Ring.Bindings ?? [], policy));
        return view ?? throw NotFound(name);
    }

    /// <summary>For administrators and whoever has any permission.</summary>
    public RingView See(Caller caller, string name, string field)
    {
        RingName.Check(name, field);
        _ = store.Current;
        var policy = Policy;
        var view = catalog.Find(name);
        if (view is not null && AccessRule.HasAnyBinding(caller.Id, view.Ring.Bindings, policy))
        {
            caller.Accept();
            return view;
        }

        caller.Demand(AccessRule.DecideAdministration(caller.Id, name, RingPermission.Manage, view?.Ring.Bindings ?? [], policy));
        return view ?? throw NotFound(name);
    }

    /// <summary>
    /// The policy as Access had it when this was called, or later. A group that was made a moment ago may not have arrived; who made it and now binds it must
    /// not hear that it does not exist.
    /// </summary>
    public async Task<PolicySnapshot> NewestPolicyAsync(CancellationToken token)
    {
        var started = time.GetUtcNow();
        using var moved = new SemaphoreSlim(0);
        using var registration = membership.OnChange(_ => moved.Release());
        while (membership.ConfirmTime < started && time.GetUtcNow() - started < PolicyWait)
        {
            await moved.WaitAsync(TimeSpan.FromMilliseconds(50), token);
        }

        return Policy;
    }

    public static DkmException NotFound(string name) => new(ErrorKind.NotFound, Reasons.NotFound, $"ring '{name}' does not exist");
}
