namespace Dkm.UnitTests.Cli;

using System.IO;
using System.Text;
using Dkm.Cli.Output;
using Xunit;

public sealed class PlainTests
{
    [Theory]
    [InlineData("key  1\nring  ä 鍵 🔑", "key  1\nring  ä 鍵 🔑")]
    [InlineData("\u001b[2K\rok", "\\u001b[2K\\u000dok")]
    [InlineData("\u009b\u0000\u007f", "\\u009b\\u0000\\u007f")]
    [InlineData("a\u202eb\u2066c\u2028d", "a\\u202eb\\u2066c\\u2028d")]
    public void Text_ControlCharacters_AreWrittenOut(string text, string expected) => Assert.Equal(expected, Plain.Text(text));

    [Fact]
    public void Printer_OthersWords_ReachTheTerminalAsText()
    {
        using var output = new MemoryStream();

        new Printer(output, OutputForm.Text).Line(Columns.Facts(("reason", "\u001b]0;owned\u0007")));

        Assert.Equal("reason  \\u001b]0;owned\\u0007\n", Encoding.UTF8.GetString(output.ToArray()));
    }
}
