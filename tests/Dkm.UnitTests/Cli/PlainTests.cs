namespace Dkm.UnitTests.Cli;

using System;
using System.IO;
using System.Text;
using System.Threading.Tasks;
using Dkm.Access.V1;
using Dkm.Cli;
using Dkm.Cli.Groups;
using Dkm.Cli.Keys;
using Dkm.Cli.Output;
using Dkm.Cli.Rings;
using Dkm.KeyRing.V1;
using Xunit;

public sealed class PlainTests
{
    [Theory]
    [InlineData("key  1\nring  ä 鍵 🔑", "key  1\nring  ä 鍵 🔑")]
    [InlineData("\u001b[2K\rok", "\\u001b[2K\\u000dok")]
    [InlineData("\u009b\u0000\u007f", "\\u009b\\u0000\\u007f")]
    [InlineData("a\u202eb\u2066c\u2028d", "a\\u202eb\\u2066c\\u2028d")]
    public void Text_ControlCharacters_AreWrittenOut(string text, string expected) => Assert.Equal(expected, Plain.Text(text));

    [Theory]
    [InlineData("one\ntwo", "one\\u000atwo")]
    [InlineData("\u001b[2K", "\\u001b[2K")]
    public void Line_LineEndsToo_AreWrittenOut(string text, string expected) => Assert.Equal(expected, Plain.Line(text));

    [Fact]
    public void Table_DescriptionWithALineEnd_IsOneRow()
    {
        var table = Columns.Table(["GROUP", "DESCRIPTION"], [["mail", "x\ndkm-admins  forged"]]);

        Assert.Equal(["GROUP  DESCRIPTION", "mail   x\\u000adkm-admins  forged"], table.Split('\n'));
    }

    [Fact]
    public void Facts_DescriptionOrReasonWithALineEnd_IsOneFact()
    {
        var group = GroupView.Of(new Group { Name = "mail", Description = "x\nmembers      none" }).ToText();
        var ring = RingView.Of(new KeyRing { Name = "mail/a", Description = "x\nprimary key  forged" }).ToText();
        var key = KeyView.Of(new Key { Id = "k", StateReason = "x\ndestroyed    never" }).ToText();

        Assert.Contains("x\\u000amembers", group, StringComparison.Ordinal);
        Assert.Contains("x\\u000aprimary key", ring, StringComparison.Ordinal);
        Assert.Contains("x\\u000adestroyed", key, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Note_OthersWords_AreOneLine()
    {
        using var error = new StringWriter();
        var environment = new CliEnvironment { Input = Stream.Null, Output = Stream.Null, Error = error, Variable = _ => null };
        using var session = new Session(environment, "home", "admin", new Printer(Stream.Null, OutputForm.Text), deadline: null);

        await session.NoteAsync("(no answer: x\u001b[2K\ndkm: all is well)");

        Assert.Equal("(no answer: x\\u001b[2K\\u000adkm: all is well)" + error.NewLine, error.ToString());
    }

    [Fact]
    public void Printer_OthersWords_ReachTheTerminalAsText()
    {
        using var output = new MemoryStream();

        new Printer(output, OutputForm.Text).Line(Columns.Facts(("reason", "\u001b]0;owned\u0007")));

        Assert.Equal("reason  \\u001b]0;owned\\u0007\n", Encoding.UTF8.GetString(output.ToArray()));
    }
}
