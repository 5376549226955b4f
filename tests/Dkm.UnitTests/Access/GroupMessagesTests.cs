namespace Dkm.UnitTests.Access;

using System;
using System.Linq;
using Dkm.Access.Groups;
using Dkm.Access.V1;
using Dkm.Core;
using Google.Protobuf.WellKnownTypes;
using Xunit;

public sealed class GroupMessagesTests
{
    private const string Worker = "spiffe://dkm.test/ns/mail/sa/worker";
    private const string Human = "spiffe://dkm.test/human/ada";

    public static TheoryData<string, string, string> BadGroups => new()
    {
        { "name=", "group.name", Reasons.Required },
        { "name=Mail", "group.name", Reasons.InvalidField },
        { "name=mail/x", "group.name", Reasons.InvalidField },
        { "name=" + new string('a', 64), "group.name", Reasons.InvalidField },
        { "name=dkm-admins", "group.name", Reasons.BuiltInGroup },
        { "name=dkm-mine", "group.name", Reasons.BuiltInGroup },
        { "kind=0", "group.kind", Reasons.Required },
        { "kind=7", "group.kind", Reasons.Required },
        { "member=" + Human, "group.members[1]", Reasons.WrongKind },
        { "member=spiffe://dkm.test/dkm/crypto", "group.members[1]", Reasons.WrongKind },
        { "member=spiffe://dkm.test/elevated/e1", "group.members[1]", Reasons.WrongKind },
        { "member=spiffe://other.test/ns/mail/sa/worker", "group.members[1]", Reasons.InvalidField },
        { "member=spiffe://dkm.test/ns/mail/sa/*", "group.members[1]", Reasons.InvalidField },
        { "member=spiffe://DKM.test/ns/mail/sa/worker", "group.members[1]", Reasons.InvalidField },
        { "member=", "group.members[1]", Reasons.InvalidField },
        { "description=" + new string('é', 257), "group.description", Reasons.TooLong },
        { "request=abc", "request_id", Reasons.InvalidField },
        { "request=6FA459EA-EE8A-4CA4-894E-DB77E160355E", "request_id", Reasons.InvalidField },
    };

    [Theory]
    [MemberData(nameof(BadGroups))]
    public void Read_OneFieldWrong_NamesIt(string spoil, string field, string reason)
    {
        var request = Request();
        var value = spoil[(spoil.IndexOf('=', StringComparison.Ordinal) + 1)..];
        switch (spoil[..spoil.IndexOf('=', StringComparison.Ordinal)])
        {
            case "name":
                request.Group.Name = value;
                break;
            case "kind":
                request.Group.Kind = (Group.Types.Kind)int.Parse(value, null);
                break;
            case "member":
                request.Group.Members.Add(value);
                break;
            case "description":
                request.Group.Description = value;
                break;
            default:
                request.RequestId = value;
                break;
        }

        var thrown = Assert.Throws<DkmException>(() => GroupMessages.Read(request, Groups.Fields));

        Assert.Equal((ErrorKind.InvalidArgument, field, reason), (thrown.Kind, thrown.Field, thrown.Reason));
    }

    [Fact]
    public void Read_WorkloadInHumanGroup_WrongKind()
    {
        var request = Request();
        request.Group.Kind = Group.Types.Kind.Human;

        var thrown = Assert.Throws<DkmException>(() => GroupMessages.Read(request, Groups.Fields));

        Assert.Equal(("group.members[0]", Reasons.WrongKind), (thrown.Field, thrown.Reason));
    }

    [Fact]
    public void Read_TooManyMembers_Refused()
    {
        var request = Request();
        request.Group.Members.AddRange(Enumerable.Repeat(Worker, GroupFields.MaximumMembers));

        Assert.Equal("group.members", Assert.Throws<DkmException>(() => GroupMessages.Read(request, Groups.Fields)).Field);
    }

    [Fact]
    public void Read_NoGroup_NamesIt() =>
        Assert.Equal("group", Assert.Throws<DkmException>(() => GroupMessages.Read(new CreateGroupRequest(), Groups.Fields)).Field);

    [Fact]
    public void Read_MembersInAnotherOrderAndTwice_SameDigest()
    {
        var first = Request();
        first.Group.Members.Add("spiffe://dkm.test/ns/mail/sa/a");
        var second = Request();
        second.Group.Members.Insert(0, "spiffe://dkm.test/ns/mail/sa/a");
        second.Group.Members.Add(Worker);

        var (one, other) = (GroupMessages.Read(first, Groups.Fields), GroupMessages.Read(second, Groups.Fields));

        Assert.True(one.RequestDigest.Span.SequenceEqual(other.RequestDigest.Span));
        Assert.Equal(2, other.Members.Count);
    }

    [Fact]
    public void Read_AnotherDescription_AnotherDigest()
    {
        var other = Request();
        other.Group.Description = "else";

        Assert.False(GroupMessages.Read(Request(), Groups.Fields).RequestDigest.Span.SequenceEqual(GroupMessages.Read(other, Groups.Fields).RequestDigest.Span));
    }

    [Theory]
    [InlineData("members", true, false, false)]
    [InlineData("description", false, true, false)]
    [InlineData("elevation_policy", false, false, true)]
    [InlineData("members,description", true, true, false)]
    [InlineData("", true, true, false)]
    public void Read_UpdateMask_SaysWhatChanges(string paths, bool members, bool description, bool elevation)
    {
        var mask = new FieldMask();
        mask.Paths.AddRange(paths.Split(',', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal((members, description, elevation), GroupMessages.Read(mask));
    }

    [Theory]
    [InlineData("kind")]
    [InlineData("name")]
    [InlineData("*")]
    public void Read_MaskOfWhatNeverChanges_NamesThePath(string path) =>
        Assert.Equal(
            "update_mask.paths[1]",
            Assert.Throws<DkmException>(() => GroupMessages.Read(new FieldMask { Paths = { "members", path } })).Field);

    [Fact]
    public void PageToken_ThereAndBack_IsTheName() =>
        Assert.Equal("mail-workers", GroupMessages.ReadPageToken(GroupMessages.ToPageToken("mail-workers")));

    [Theory]
    [InlineData("mail-workers")]
    [InlineData("!!!!")]
    [InlineData("Mjpib2I=")]
    public void ReadPageToken_NotOurs_Refused(string token) =>
        Assert.Equal("page_token", Assert.Throws<DkmException>(() => GroupMessages.ReadPageToken(token)).Field);

    [Theory]
    [InlineData(-1)]
    [InlineData(1001)]
    public void PageSize_OutOfRange_Refused(int size) =>
        Assert.Equal("page_size", Assert.Throws<DkmException>(() => GroupMessages.PageSize(size)).Field);

    private static CreateGroupRequest Request() =>
        new() { Group = new Group { Name = "mail-workers", Kind = Group.Types.Kind.Workload, Members = { Worker }, Description = "Mailboxes." } };
}
