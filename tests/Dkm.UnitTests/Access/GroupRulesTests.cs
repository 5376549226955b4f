namespace Dkm.UnitTests.Access;

using System;
using System.Linq;
using Dkm.Access.Groups;
using Dkm.Core;
using Dkm.Core.Authorization;
using Xunit;

public sealed class GroupRulesTests
{
    private const string RequestId = "6fa459ea-ee8a-4ca4-894e-db77e160355e";

    private static readonly GroupDraft Draft = new("workers", GroupKind.Workload, [Groups.Worker("a")], string.Empty, RequestId, new byte[] { 1 });

    [Fact]
    public void Create_NewName_MakesAGroupToWrite()
    {
        var group = GroupRules.Create(Groups.Set(), Draft, "uid-new", Groups.Now);

        Assert.Equal(("workers", "uid-new", 0L, Groups.Now), (group.Name, group.Uid, group.Version, group.CreateTime));
    }

    [Fact]
    public void Create_SameRequestAgain_IsWhatItMade()
    {
        var made = Groups.Workload("workers", 7, "a") with { RequestId = RequestId, RequestDigest = new byte[] { 1 } };

        Assert.Same(made, GroupRules.Create(Groups.Set(made), Draft, "uid-new", Groups.Now));
    }

    [Fact]
    public void Create_SameRequestIdOtherBody_AlreadyExists()
    {
        var made = Groups.Workload("workers", 7, "a") with { RequestId = RequestId, RequestDigest = new byte[] { 2 } };

        var thrown = Assert.Throws<DkmException>(() => GroupRules.Create(Groups.Set(made), Draft, "uid-new", Groups.Now));

        Assert.Equal((ErrorKind.AlreadyExists, Reasons.RequestIdReused), (thrown.Kind, thrown.Reason));
    }

    [Fact]
    public void Create_NameTaken_AlreadyExists()
    {
        var thrown = Assert.Throws<DkmException>(() => GroupRules.Create(Groups.Set(Groups.Workload("workers", 3)), Draft, "uid-new", Groups.Now));

        Assert.Equal((ErrorKind.AlreadyExists, Reasons.AlreadyExists), (thrown.Kind, thrown.Reason));
    }

    [Fact]
    public void Update_LastAdministratorLeaves_Refused()
    {
        var thrown = Assert.Throws<DkmException>(() => GroupRules.Update(Groups.Humans(BuiltInGroups.Administrators, 1, "ada"), [], null, null, Groups.Now));

        Assert.Equal((ErrorKind.FailedPrecondition, Reasons.LastAdministrator), (thrown.Kind, thrown.Reason));
    }

    [Fact]
    public void Update_LastAuditorLeaves_Allowed() =>
        Assert.Empty(GroupRules.Update(Groups.Humans(BuiltInGroups.Auditors, 1, "ada"), [], null, null, Groups.Now).Members);

    [Fact]
    public void Update_NothingDifferent_IsTheSameObject()
    {
        var group = Groups.Workload("workers", 3, "a", "b");

        Assert.Same(group, GroupRules.Update(group, GroupFields.Sort([Groups.Worker("b"), Groups.Worker("a")]), string.Empty, null, Groups.Now.AddDays(1)));
    }

    [Fact]
    public void Update_DescriptionOnly_KeepsMembersAndUid()
    {
        var group = Groups.Workload("workers", 3, "a");

        var updated = GroupRules.Update(group, null, "new", null, Groups.Now.AddDays(1));

        Assert.Equal((group.Members, group.Uid, "new", Groups.Now.AddDays(1)), (updated.Members, updated.Uid, updated.Description, updated.UpdateTime));
    }

    [Theory]
    [InlineData(BuiltInGroups.Administrators)]
    [InlineData(BuiltInGroups.Auditors)]
    public void Delete_BuiltIn_Refused(string name) =>
        Assert.Equal(Reasons.BuiltInGroup, Assert.Throws<DkmException>(() => GroupRules.Delete(Groups.Humans(name, 1, "ada"))).Reason);

    [Fact]
    public void DemandEtag_Stale_AbortedWithTheCurrentOne()
    {
        var thrown = Assert.Throws<DkmException>(() => GroupRules.DemandEtag(Groups.Workload("workers", 42), "41", "group.etag"));

        Assert.Equal((ErrorKind.Aborted, Reasons.EtagMismatch, "group.etag"), (thrown.Kind, thrown.Reason, thrown.Field));
        Assert.Contains("42", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Found_NewInstallation_BothBuiltInGroups()
    {
        var founded = Founding.Decide(Groups.Set(), [Groups.Human("ada"), Groups.Human("bob")], development: false, Groups.Now);

        Assert.Equal([BuiltInGroups.Administrators, BuiltInGroups.Auditors], founded.Select(group => group.Name));
        Assert.All(founded, group => Assert.True(group is { BuiltIn: true, Kind: GroupKind.Human }));
        Assert.Equal(2, founded[0].Members.Count);
    }

    [Theory]
    [InlineData(false, 0, false)]
    [InlineData(false, 1, false)]
    [InlineData(false, 2, true)]
    [InlineData(true, 0, false)]
    [InlineData(true, 1, true)]
    public void Found_FirstAdministrators_TwoOutsideDevelopment(bool development, int count, bool enough)
    {
        SpiffeId[] first = [.. Enumerable.Range(0, count).Select(i => Groups.Human("h" + (char)('a' + i)))];

        var thrown = Record.Exception(() => Founding.Decide(Groups.Set(), first, development, Groups.Now));

        Assert.Equal(enough, thrown is null);
    }

    [Fact]
    public void Found_SamePersonTwice_CountsOnce() =>
        Assert.Throws<DkmException>(() => Founding.Decide(Groups.Set(), [Groups.Human("ada"), Groups.Human("ada")], development: false, Groups.Now));

    [Fact]
    public void Found_AdministratorsThereAlready_ConfigurationIsNotLookedAt()
    {
        var set = Groups.Set(Groups.Humans(BuiltInGroups.Administrators, 1, "ada"), Groups.Humans(BuiltInGroups.Auditors, 1));

        Assert.Empty(Founding.Decide(set, [Groups.Human("eve")], development: true, Groups.Now));
    }
}
