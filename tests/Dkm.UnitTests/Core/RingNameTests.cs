namespace Dkm.UnitTests.Core;

using System.Linq;
using Dkm.Core;
using Xunit;

public sealed class RingNameTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("mail/connected-accounts")]
    [InlineData("0/1/2/3")]
    [InlineData("-")]
    [InlineData("a-/-b")]
    public void IsValid_InTheGrammar_IsTrue(string name)
    {
        Assert.True(RingName.IsValid(name));
        Assert.Equal(name, RingName.Check(name, "key_ring"));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/mail")]
    [InlineData("mail/")]
    [InlineData("mail//x")]
    [InlineData("a/b/c/d/e")]
    [InlineData("Mail")]
    [InlineData("mail/Connected")]
    [InlineData("..")]
    [InlineData("mail/..")]
    [InlineData("mail/../x")]
    [InlineData("mail.x")]
    [InlineData("mail_x")]
    [InlineData("mail x")]
    [InlineData("mail\n")]
    [InlineData("mail\0")]
    [InlineData("mail%2fx")]
    [InlineData("mail\\x")]
    [InlineData("m\u00e4il")]
    public void Check_OutOfTheGrammar_NamesTheField(string name)
    {
        Assert.False(RingName.IsValid(name));
        var refused = Assert.Throws<DkmException>(() => RingName.Check(name, "key_ring"));
        Assert.Equal((ErrorKind.InvalidArgument, Reasons.InvalidField, "key_ring"), (refused.Kind, refused.Reason, refused.Field));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Check_Missing_IsRequired(string? name) =>
        Assert.Equal(Reasons.Required, Assert.Throws<DkmException>(() => RingName.Check(name, "key_ring")).Reason);

    [Fact]
    public void IsValid_AtItsLongest_EndsThere()
    {
        var segment = new string('a', 63);
        Assert.True(RingName.IsValid(string.Join('/', Enumerable.Repeat(segment, 4))));
        Assert.False(RingName.IsValid(segment + "a"));
        Assert.False(RingName.IsValid(string.Join('/', Enumerable.Repeat(segment, 4)) + "a"));
    }
}
