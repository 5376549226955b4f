namespace Dkm.UnitTests.Crypto;

using System;
using Dkm.Core;
using Dkm.Core.Authorization;
using Dkm.Hosting.Policy;

/// <summary>A policy of two groups that a test can make stale.</summary>
internal sealed class FakePolicy : IGroupMembership
{
    public static readonly SpiffeId Worker = SpiffeId.Parse("spiffe://dkm.test/ns/mail/sa/worker");
    public static readonly SpiffeId Writer = SpiffeId.Parse("spiffe://dkm.test/ns/mail/sa/writer");
    public static readonly SpiffeId Stranger = SpiffeId.Parse("spiffe://dkm.test/ns/web/sa/stranger");

    public PolicySnapshot Current { get; } = PolicySnapshot.Create(
        new PolicyVersion(1, 1),
        [
            GroupEntry.Create("workers", "uid-workers", GroupKind.Workload, [Worker]),
            GroupEntry.Create("writers", "uid-writers", GroupKind.Workload, [Writer]),
        ]);

    public bool Ready { get; set; } = true;

    public DateTimeOffset ConfirmTime => default;

    public TimeSpan Age { get; set; }

    public DateTimeOffset ClockTime => DateTimeOffset.MinValue;

    public IDisposable OnChange(Action<PolicySnapshot> listener) => throw new NotSupportedException();
}
