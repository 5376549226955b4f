namespace Dkm.UnitTests.Access;

using System.Linq;
using Dkm.Access.Approvals;
using Xunit;

public sealed class LevelRuleTests
{
    /// <summary>Groups as <c>name=members</c>, levels as <c>name:count</c>; the level, from 0, that cannot be filled, or -1.</summary>
    [Theory]
    [InlineData("a=x", "a:1", "", -1)]
    [InlineData("a=", "a:1", "", 0)]
    [InlineData("a=x", "a:2", "", 0)]
    [InlineData("a=x,y", "a:2", "", -1)]
    [InlineData("a=x;b=x", "a:1;b:1", "", 1)]
    [InlineData("a=x,y;b=x", "a:1;b:1", "", -1)]
    [InlineData("a=x,y;b=x,y;c=x,z", "a:1;b:1;c:1", "", -1)]
    [InlineData("a=x,y;b=x,y;c=x,y", "a:1;b:1;c:1", "", 2)]
    [InlineData("a=x,y,z;b=x;c=y", "a:1;b:1;c:1", "", -1)]
    [InlineData("a=x,y,z;b=x;c=y", "a:2;b:1;c:1", "", 2)]
    [InlineData("a=x,y", "a:2", "x", 0)]
    [InlineData("a=x,y", "a:1", "x", -1)]
    [InlineData("a=x", "gone:1", "", 0)]
    public void CannotBeFilled_EachPersonOnce_NamesTheLevel(string groups, string levels, string requester, int expected)
    {
        var set = Groups.Set([.. groups.Split(';').Select(group => group.Split('=')).Select(pair => Groups.Humans(pair[0], 1, pair[1].Length == 0 ? [] : pair[1].Split(',')))]);
        ApproverLevel[] wanted = [.. levels.Split(';').Select(level => level.Split(':')).Select(pair => new ApproverLevel(pair[0], "uid-of-" + pair[0], int.Parse(pair[1], null)))];

        Assert.Equal(expected, LevelRule.CannotBeFilled(wanted, set.Policy, requester.Length == 0 ? null : Groups.Human(requester)) ?? -1);
    }

    [Fact]
    public void CannotBeFilled_GroupOfWorkloads_IsNobody() => Assert.Equal(
        0, LevelRule.CannotBeFilled([new ApproverLevel("a", "uid-of-a", 1)], Groups.Set(Groups.Workload("a", 1, "x")).Policy, null));

    [Fact]
    public void Counting_RequesterAmongTheApprovalsOfAForgedRecord_DoesNotCount()
    {
        var petition = Petitions.Pending(Petitions.Ops);

        Assert.Equal(0, LevelRule.Open(petition, Petitions.Set.Policy));
    }

    [Fact]
    public void Counting_OnePersonOnBothLevelsOfAForgedRecord_CountsOnce() =>
        Assert.Equal(1, LevelRule.Open(Petitions.Pending(Petitions.Max, Petitions.Max), Petitions.Set.Policy));
}
