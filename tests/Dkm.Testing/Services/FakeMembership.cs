namespace Dkm.Testing.Services;

using System;
using System.Linq;
using Dkm.Core;
using Dkm.Core.Authorization;
using Dkm.Hosting.Policy;

/// <summary>A policy that a test sets.</summary>
public sealed class FakeMembership : IGroupMembership
{
    private readonly ChangeListeners listeners = new();

    public PolicySnapshot Current { get; private set; } = PolicySnapshot.Empty;

    public bool Ready { get; set; } = true;

    public DateTimeOffset ConfirmTime { get; set; }

    public TimeSpan Age { get; set; }

    public DateTimeOffset ClockTime { get; set; } = DateTimeOffset.MinValue;

    public IDisposable OnChange(Action<PolicySnapshot> listener) => listeners.Add(listener);

    /// <summary>Replaces all groups; the version rises.</summary>
    public void Set(params GroupEntry[] groups)
    {
        Current = PolicySnapshot.Create(new PolicyVersion(1, Current.Version.Number + 1), groups);
        listeners.Tell(Current);
    }

    /// <summary>A policy with these administrators and nothing else.</summary>
    public void SetAdministrators(params string[] ids) =>
        Set(GroupEntry.Create(BuiltInGroups.Administrators, "uid-admins", GroupKind.Human, ids.Select(SpiffeId.Parse)));
}
