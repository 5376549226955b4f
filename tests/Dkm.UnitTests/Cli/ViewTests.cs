namespace Dkm.UnitTests.Cli;

using System;
using Dkm.Cli.Keys;
using Dkm.Cli.Rings;
using Dkm.KeyRing.V1;
using Google.Protobuf.WellKnownTypes;
using Xunit;

/// <summary>What a person reads of a ring and its keys.</summary>
public sealed class ViewTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Ring_BindingOfADeletedGroup_DoesNotLookBound()
    {
        var text = Ring(new Binding { Group = "workers", GroupUid = "uid-1", Permissions = { Permission.Hold }, GroupDeleted = true }).ToText();

        Assert.Contains("workers(deleted)=hold: gives nobody anything", text, StringComparison.Ordinal);
        Assert.Contains("dkm ring bind mail/accounts workers=", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Ring_LeaseLongerThanTheLead_ShowsTheEffectiveOne()
    {
        var text = Ring().ToText();

        Assert.Contains("1d35s: how long before its time the next key is published (--lead 1h", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Status_OldLeases_SayWhyTheNextKeyIsFarAway()
    {
        var status = new KeyRingStatus { Name = "mail/accounts", OldLeasesEndTime = Now.AddDays(1).ToTimestamp() };

        Assert.Contains("old leases   until 2026-11-25T12:00:00.000Z", RingStatusView.Of(status).ToText(), StringComparison.Ordinal);
        status.OldLeasesEndTime = null;
        Assert.DoesNotContain("old leases", RingStatusView.Of(status).ToText(), StringComparison.Ordinal);
    }

    [Fact]
    public void Status_NobodyConnected_IsSaidInWords()
    {
        var view = RingStatusView.Of(new KeyRingStatus { Name = "mail/accounts", NextRolloverTime = Now.ToTimestamp() });

        Assert.DoesNotContain("0 of 0", view.ToText() + view.ToLine(), StringComparison.Ordinal);
        Assert.Equal("primary none, the next is made at 2026-11-24T12:00:00.000Z, nobody is connected", view.ToLine());
    }

    [Fact]
    public void Status_MoreHoldersThanAreListed_CountsAllAndSaysSo()
    {
        var status = new KeyRingStatus { Name = "mail/accounts", HolderCount = 9, CurrentHolderCount = 8, HoldersMissing = "8 of 9 holders are not listed", Holders = { new Holder { Identity = "a" } } };

        var text = RingStatusView.Of(status).ToText();

        Assert.Contains("8 of 9 connected", text, StringComparison.Ordinal);
        Assert.Contains("8 of 9 holders are not listed", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Key_ArchivedBeforeItsTime_WasNeverActive()
    {
        var key = new Key { Id = "k", State = Key.Types.State.Archived, ActivateTime = Now.AddDays(1).ToTimestamp(), ArchiveTime = Now.ToTimestamp() };
        Assert.StartsWith("never", KeyView.Of(key).ActivatedText, StringComparison.Ordinal);

        key.ArchiveTime = Now.AddDays(2).ToTimestamp();
        Assert.Equal("2026-11-25T12:00:00.000Z", KeyView.Of(key).ActivatedText);
    }

    private static RingView Ring(params Binding[] bindings) => RingView.Of(new KeyRing
    {
        Name = "mail/accounts",
        Policy = new KeyRingPolicy { ActivationLead = TimeSpan.FromHours(1).ToDuration(), KeyLease = TimeSpan.FromDays(1).ToDuration() },
        Bindings = { bindings },
        EffectiveLead = TimeSpan.FromSeconds(86_435).ToDuration(),
    });
}
