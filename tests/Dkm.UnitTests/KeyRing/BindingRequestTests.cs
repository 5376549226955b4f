namespace Dkm.UnitTests.KeyRing;

using System.Collections.Frozen;
using Dkm.Core;
using Dkm.Core.Authorization;
using Dkm.KeyRing.Rings;
using Dkm.KeyRing.V1;
using Xunit;

public sealed class BindingRequestTests
{
    private static readonly PolicySnapshot Policy = PolicySnapshot.Create(
        default,
        [
            new GroupEntry("workers", "uid-workers", GroupKind.Workload, FrozenSet<SpiffeId>.Empty),
            new GroupEntry("humans", "uid-humans", GroupKind.Human, FrozenSet<SpiffeId>.Empty),
        ]);

    [Theory]
    [InlineData("uid-workers", "workers")]
    [InlineData("uid-gone", "name when it was bound")]
    public void Read_BoundUidUnderAnInventedName_NameIsTheGroupsOwn(string uid, string name)
    {
        var read = BindingRequest.Read(
            [new Binding { Group = "invented", GroupUid = uid, Permissions = { Permission.Hold } }],
            [new RingBinding("name when it was bound", uid, [RingPermission.Encrypt])],
            Policy);

        Assert.Equal((name, uid), (read[0].Group, read[0].GroupUid));
        Assert.True(read[0].Grants(RingPermission.Hold));
    }

    [Theory]
    [InlineData(Permission.Hold, "dkm group create nogroup --kind workload")]
    [InlineData(Permission.Manage, "dkm group create nogroup --kind human")]
    public void Read_GroupThatDoesNotExist_AdvisesACommandThatWorks(Permission permission, string command) => Assert.EndsWith(
        command,
        Assert.Throws<DkmException>(() => BindingRequest.Read([new Binding { Group = "nogroup", Permissions = { permission } }], [], Policy)).Message,
        System.StringComparison.Ordinal);

    [Fact]
    public void Read_BoundUidOfHumansUnderAnInventedName_KindIsChecked() => Assert.Equal(
        Reasons.WrongKind,
        Assert.Throws<DkmException>(() => BindingRequest.Read(
            [new Binding { Group = "invented", GroupUid = "uid-humans", Permissions = { Permission.Hold } }],
            [new RingBinding("humans", "uid-humans", [RingPermission.Manage])],
            Policy)).Reason);
}
