namespace Dkm.UnitTests.Cli;

using System.Linq;
using Dkm.Cli.Parsing;
using Dkm.Cli.Rings;
using Dkm.KeyRing.V1;
using Xunit;

public sealed class BindingChangeTests
{
    [Fact]
    public void Add_BoundGroup_KeepsWhatItMay() => Assert.Equal(
        "workers/uid-1=Decrypt,Hold readers/uid-2=Encrypt",
        Text(BindingChange.Add([Binding("workers", "uid-1", Permission.Hold), Binding("readers", "uid-2", Permission.Encrypt)], [Argument("workers=decrypt")])));

    [Fact]
    public void Add_NewGroup_IsBoundByItsName() => Assert.Equal(
        "workers/uid-1=Hold readers/=Decrypt",
        Text(BindingChange.Add([Binding("workers", "uid-1", Permission.Hold)], [Argument("readers=decrypt")])));

    [Fact]
    public void Add_NamesakeOfADeletedGroup_InheritsNothing()
    {
        var dead = Binding("workers", "uid-1", Permission.Hold);
        dead.GroupDeleted = true;
        Assert.Equal("workers/=Decrypt", Text(BindingChange.Add([dead], [Argument("workers=decrypt")])));
    }

    [Theory]
    [InlineData("workers", "readers/uid-2=Encrypt")]
    [InlineData("workers=hold", "workers/uid-1=Manage readers/uid-2=Encrypt")]
    [InlineData("workers=hold,manage", "readers/uid-2=Encrypt")]
    public void Remove_OfAGroup_LeavesTheRest(string what, string expected)
    {
        Binding[] current = [Binding("workers", "uid-1", Permission.Hold, Permission.Manage), Binding("readers", "uid-2", Permission.Encrypt)];
        Assert.True(UnbindingArgument.TryParse(what, out var unbinding, out _));

        Assert.False(BindingChange.IsIdle(current, unbinding));
        Assert.Equal(expected, Text(BindingChange.Remove(current, unbinding)));
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("workers=decrypt")]
    public void IsIdle_NothingToTakeAway_IsTrue(string what)
    {
        Assert.True(UnbindingArgument.TryParse(what, out var unbinding, out _));
        Assert.True(BindingChange.IsIdle([Binding("workers", "uid-1", Permission.Hold)], unbinding));
    }

    private static Binding Binding(string group, string uid, params Permission[] permissions) => new() { Group = group, GroupUid = uid, Permissions = { permissions } };

    private static BindingArgument Argument(string text) => BindingArgument.TryParse(text, out var argument, out var problem) ? argument : throw new System.ArgumentException(problem);

    private static string Text(System.Collections.Generic.IEnumerable<Binding> bindings) =>
        string.Join(' ', bindings.Select(binding => $"{binding.Group}/{binding.GroupUid}={string.Join(',', binding.Permissions)}"));
}
