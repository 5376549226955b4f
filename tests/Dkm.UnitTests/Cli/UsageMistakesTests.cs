namespace Dkm.UnitTests.Cli;

using System;
using System.IO;
using System.Threading.Tasks;
using Dkm.Cli;
using Dkm.Cli.Failures;
using Xunit;

/// <summary>Mistakes that newcomers make, and that the answer names what to type.</summary>
public sealed class UsageMistakesTests : IDisposable
{
    private readonly string home = Directory.CreateTempSubdirectory("dkm-usage-").FullName;

    public void Dispose() => Directory.Delete(home, recursive: true);

    [Theory]
    [InlineData("there is no command 'dkm nonsense'", "see: dkm --help", "nonsense")]
    [InlineData("there is no command 'dkm rign'", "did you mean: dkm ring\n", "rign", "list")]
    [InlineData("there is no command 'dkm create'", "did you mean: dkm group create, or dkm ring create", "create", "x")]
    [InlineData("there is no command 'dkm ring shwo'", "did you mean: dkm ring show", "ring", "shwo", "x")]
    [InlineData("there is no command 'dkm ring stat'", "did you mean: dkm ring status", "ring", "stat")]
    [InlineData("'--identty' is no option of dkm ring show", "did you mean: --identity", "ring", "show", "--identty", "admin")]
    [InlineData("'--wathc' is no option of dkm ring status", "did you mean: --watch", "ring", "status", "--wathc")]
    [InlineData("'--rnig' is no option of dkm protect", "did you mean: --ring", "protect", "--rnig", "x")]
    [InlineData("dkm ring what? create, list, show", "see: dkm ring --help", "ring")]
    [InlineData("'y' is one word too many for dkm ring show", "see: dkm ring show --help", "ring", "show", "x", "y")]
    [InlineData("dkm group show needs NAME", "see: dkm group show --help", "group", "show")]
    [InlineData("--identity needs a value", "see: dkm ring list --help", "ring", "list", "--identity")]
    [InlineData("which key?", "dkm key list RING", "key", "show")]
    [InlineData("which key?", "dkm key list mail/accounts", "key", "show", "mail/accounts")]
    [InlineData("which ring?", "dkm ring list", "key", "show", "0198c6a4-7f7a-7c3e-9d0c-3f6f5d9b8a11")]
    [InlineData("--port is the first of four ports", "see: dkm dev --help", "dev", "--port", "abc")]
    [InlineData("--port is the first of four ports", "see: dkm dev --help", "dev", "--port", "65533")]
    [InlineData("--archive-after is 1 to 100", "see: dkm ring update --help", "ring", "update", "r", "--archive-after", "0")]
    [InlineData("--length is 16 to 1024", "see: dkm datakey --help", "datakey", "--ring", "r", "--length", "8")]
    [InlineData("--timeout is 1s to 30d", "see: dkm ring list --help", "ring", "list", "--timeout", "0s")]
    [InlineData("--timeout is 1s to 30d", "see: dkm ring list --help", "ring", "list", "--timeout", "100d")]
    [InlineData("'maybe'", "see: dkm ring status --help", "ring", "status", "r", "--watch=maybe")]
    public async Task Run_Mistake_NamesItAndWhatToType(string headline, string hint, params string[] words)
    {
        var (code, error) = await RunAsync(words);

        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains(headline, error.Split('\n')[0], StringComparison.Ordinal);
        Assert.Contains(hint, error, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("ring", "create", "--help")]
    [InlineData("ring", "update", "--help")]
    [InlineData("access", "check", "--help")]
    [InlineData("dev", "--help")]
    public async Task Help_OfAnything_NamesNoTypes(params string[] words)
    {
        var (code, text) = await RunAsync(words);

        Assert.Equal(ExitCode.Ok, code);
        Assert.DoesNotContain("Unspecified", text, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_OfAnUpdate_PromisesNoDefaults()
    {
        Assert.Contains("[default: 90d]", (await RunAsync("ring", "create", "--help")).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("90d]", (await RunAsync("ring", "update", "--help")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ArgumentAfterTwoDashes_MayBeginWithOne()
    {
        var (code, error) = await RunAsync("group", "show", "--", "-g");

        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("config.json", error, StringComparison.Ordinal);
    }

    private async Task<(int Code, string Text)> RunAsync(params string[] words)
    {
        using var output = new MemoryStream();
        using var error = new StringWriter();
        var environment = new CliEnvironment { Input = Stream.Null, Output = output, Error = error, Variable = _ => null };
        var code = await CommandLine.RunAsync(["--home", home, .. words], environment);
        return (code, System.Text.Encoding.UTF8.GetString(output.ToArray()) + error);
    }
}
