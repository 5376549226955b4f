namespace Dkm.UnitTests.Cli;

using Dkm.Cli.Parsing;
using Dkm.KeyRing.V1;
using Xunit;

public sealed class ArgumentTests
{
    [Fact]
    public void Binding_SeveralPermissions_AreReadOnce()
    {
        Assert.True(BindingArgument.TryParse("workers=encrypt,hold,encrypt", out var binding, out _));
        Assert.Equal("workers", binding.Group);
        Assert.Equal([Permission.Encrypt, Permission.Hold], binding.Permissions);
    }

    [Theory]
    [InlineData("workers", "GROUP=permission")]
    [InlineData("=hold", "GROUP=permission")]
    [InlineData("workers=", "GROUP=permission")]
    [InlineData("workers=hold,", "'' is no permission")]
    [InlineData("workers=read", "'read' is no permission")]
    [InlineData("workers=HOLD", "'HOLD' is no permission")]
    public void Binding_BadText_SaysWhatIsWrong(string text, string expected)
    {
        Assert.False(BindingArgument.TryParse(text, out _, out var problem));
        Assert.Contains(expected, problem, System.StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("address=ada@hotmail.com", "address", "ada@hotmail.com")]
    [InlineData("a=b=c", "a", "b=c")]
    [InlineData("a=", "a", "")]
    [InlineData(" a = b ", " a ", " b ")]
    public void Context_GoodText_IsDividedAtTheFirstEquals(string text, string key, string value)
    {
        Assert.True(ContextPair.TryParse(text, out var pair, out _));
        Assert.Equal(new ContextPair(key, value), pair);
    }

    [Theory]
    [InlineData("address")]
    [InlineData("=value")]
    [InlineData("")]
    [InlineData("a=\uFFFD")]
    public void Context_BadText_IsRefused(string text) => Assert.False(ContextPair.TryParse(text, out _, out _));

    [Fact]
    public void Permission_EveryWord_ReadsBack()
    {
        foreach (var permission in System.Enum.GetValues<Permission>())
        {
            if (permission != Permission.Unspecified)
            {
                Assert.True(PermissionWords.TryParse(PermissionWords.Of(permission), out var back));
                Assert.Equal(permission, back);
            }
        }
    }
}
