namespace Dkm.UnitTests.Authorization;

using Dkm.Core;
using Dkm.Core.Authorization;
using Xunit;

public sealed class PolicySnapshotTests
{
    private static readonly SpiffeId Worker = SpiffeId.Parse("spiffe://dkm.test/ns/mail/sa/worker");
    private static readonly GroupEntry Workers = GroupEntry.Create("workers", "uid-1", GroupKind.Workload, [Worker]);

    [Fact]
    public void With_UpdateAndDeletion_LeavesTheOldOneAlone()
    {
        var before = PolicySnapshot.Create(new PolicyVersion(1, 1), [Workers]);

        var after = before.With(new PolicyVersion(1, 2), [GroupEntry.Create("others", "uid-2", GroupKind.Workload, [])], ["uid-1"]);

        Assert.True(before.IsMember("uid-1", Worker));
        Assert.False(after.IsMember("uid-1", Worker));
        Assert.Null(after.FindByName("workers"));
        Assert.NotNull(after.FindByName("others"));
        Assert.Equal(new PolicyVersion(1, 2), after.Version);
    }

    [Fact]
    public void With_NameFreedAndTakenInOneStep_IsTheNewGroups()
    {
        var before = PolicySnapshot.Create(new PolicyVersion(1, 1), [Workers]);

        var after = before.With(new PolicyVersion(1, 2), [GroupEntry.Create("workers", "uid-2", GroupKind.Workload, [Worker])], ["uid-1"]);

        Assert.Equal("uid-2", after.FindByName("workers")?.Uid);
        Assert.False(after.IsMember("uid-1", Worker));
    }

    [Theory]
    [InlineData(1, 9, 2, 1, true)]
    [InlineData(1, 1, 1, 2, true)]
    [InlineData(1, 2, 1, 2, false)]
    [InlineData(2, 1, 1, 9, false)]
    public void CompareTo_EpochThenNumber_Orders(long leftEpoch, long leftNumber, long rightEpoch, long rightNumber, bool less) =>
        Assert.Equal(less, new PolicyVersion(leftEpoch, leftNumber) < new PolicyVersion(rightEpoch, rightNumber));
}
