namespace Dkm.UnitTests.Cli;

using Dkm.Cli.Output;
using Xunit;

public sealed class ColumnsTests
{
    [Fact]
    public void Table_Rows_AreAlignedAndNotWrapped()
    {
        var wide = new string('x', 200);
        var text = Columns.Table(["A", "BB", "C"], [["1", "2", wide], ["333", "", ""]]);
        Assert.Equal($"A    BB  C\n1    2   {wide}\n333", text);
    }

    [Fact]
    public void Facts_WithoutValue_AreLeftOut() =>
        Assert.Equal("a    1\nbcd  2\n     3", Columns.Facts(("a", "1"), ("long name", null), ("bcd", "2\n3"), ("x", "")));
}
