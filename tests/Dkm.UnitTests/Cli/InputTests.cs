namespace Dkm.UnitTests.Cli;

using System.Threading.Tasks;
using Dkm.Cli.Failures;
using Dkm.Cli.Protection;
using Xunit;

public sealed class InputTests
{
    [Theory]
    [InlineData("no-such-file.dkm")]
    [InlineData("no/such/folder.dkm")]
    public async Task EnvelopeAsync_FileThatIsNotThere_NamesItOnce(string file)
    {
        var failure = await Assert.ThrowsAsync<UsageException>(() => Input.EnvelopeAsync(null!, file, TestContext.Current.CancellationToken));

        Assert.Equal($"{file}: there is no such file", failure.Message);
    }
}
