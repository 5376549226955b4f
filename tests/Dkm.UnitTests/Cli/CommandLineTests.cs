namespace Dkm.UnitTests.Cli;

using System;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;
using Dkm.Cli;
using Dkm.Cli.Failures;
using Dkm.Core.Envelopes;
using Xunit;

public sealed class CommandLineTests : IDisposable
{
    private readonly string home = Directory.CreateTempSubdirectory("dkm-cli-").FullName;

    public void Dispose() => Directory.Delete(home, recursive: true);

    [Fact]
    public async Task Help_OfTheRoot_ListsWhatIsBuiltAndNothingElse()
    {
        var (code, output, _) = await RunAsync("--help");

        Assert.Equal(ExitCode.Ok, code);
        var commands = output.Split('\n').SkipWhile(line => line.Trim() != "Commands:").Skip(1).TakeWhile(line => line.Trim().Length > 0)
            .Select(line => line.Trim().Split(' ')[0]);
        Assert.Equal(
            ["dev", "group", "ring", "key", "elevate", "protect", "unprotect", "reencrypt", "datakey", "envelope", "access", "backup", "restore", "recover", "pki", "doctor"], commands);
        Assert.Contains("Exit codes:", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ring", "create", "list", "show", "update", "bind", "unbind", "roll", "status")]
    [InlineData("group", "create", "list", "show", "add", "remove", "delete", "elevation")]
    [InlineData("elevate", "request", "list", "show", "approve", "deny", "cancel", "revoke", "credential")]
    [InlineData("key", "list", "show", "disable", "enable", "compromise", "destroy", "restore")]
    [InlineData("pki", "init", "issue")]
    [InlineData("access", "check")]
    [InlineData("envelope", "show")]
    public async Task Help_OfACommand_ListsItsOwn(string command, params string[] expected)
    {
        var (code, output, _) = await RunAsync(command, "--help");

        Assert.Equal(ExitCode.Ok, code);
        var found = output.Split('\n').SkipWhile(line => line.Trim() != "Commands:").Skip(1).TakeWhile(line => line.Trim().Length > 0)
            .Select(line => line.Trim().Split(' ')[0]);
        Assert.Equal(expected, found);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("ring")]
    [InlineData("ring", "create")]
    [InlineData("ring", "create", "r", "--period", "90")]
    [InlineData("ring", "create", "r", "--bind", "workers")]
    [InlineData("ring", "create", "r", "--suite", "2")]
    [InlineData("ring", "show")]
    [InlineData("ring", "update", "r")]
    [InlineData("group", "create", "g")]
    [InlineData("group", "elevation", "g", "--level", "managers")]
    [InlineData("group", "elevation", "g", "--level", "managers=0")]
    [InlineData("group", "elevation", "g", "--level", "=1")]
    [InlineData("elevate", "request", "--group", "g", "--duration", "30m")]
    [InlineData("elevate", "request", "--group", "g", "--reason", "r")]
    [InlineData("elevate", "request", "--group", "g", "--reason", "r", "--duration", "30")]
    [InlineData("elevate", "deny", "id")]
    [InlineData("elevate", "list", "--state", "applied")]
    [InlineData("group", "create", "g", "--kind", "robot")]
    [InlineData("protect", "--ring", "r", "--context", "novalue")]
    [InlineData("protect", "--ring", "r", "--local", "--remote")]
    [InlineData("access", "check", "spiffe://dkm.local/human/admin", "r", "read")]
    [InlineData("doctor", "--output", "xml")]
    [InlineData("doctor", "--timeout", "soon")]
    [InlineData("ring", "list", "--identity", "../admin")]
    public async Task Run_UsageMistake_IsExitCodeTwoAndSaysSo(params string[] words)
    {
        await RunAsync("pki", "init");
        var (code, output, error) = await RunAsync(words);

        Assert.Equal(ExitCode.Usage, code);
        Assert.Empty(output);
        Assert.StartsWith("dkm: ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--output", "json", "ring", "roll")]
    [InlineData("ring", "roll", "--output", "json")]
    [InlineData("ring", "create", "--output=json")]
    public async Task Run_MistakeWithJson_IsJson(params string[] words)
    {
        await RunAsync("pki", "init");
        var (code, _, error) = await RunAsync(words);

        Assert.Equal(ExitCode.Usage, code);
        using var document = JsonDocument.Parse(error);
        Assert.Equal("USAGE", document.RootElement.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal(ExitCode.Usage, document.RootElement.GetProperty("error").GetProperty("exit_code").GetInt32());
    }

    [Fact]
    public async Task PkiIssue_NewName_IsAnIdentityOfItsOwn()
    {
        await RunAsync("pki", "init");
        var (code, output, _) = await RunAsync("pki", "issue", "imap", "--id", "spiffe://dkm.local/ns/mail/sa/imap", "--output", "json");

        Assert.Equal(ExitCode.Ok, code);
        using var document = JsonDocument.Parse(output);
        Assert.Equal("spiffe://dkm.local/ns/mail/sa/imap", document.RootElement.GetProperty("spiffe_id").GetString());
        Assert.True(File.Exists(Path.Combine(home, "pki", "imap", "tls.key")));
    }

    [Theory]
    [InlineData("imap", "spiffe://dkm.local/nobody", 5)]
    [InlineData("imap", "spiffe://elsewhere/ns/mail/sa/imap", 5)]
    [InlineData("admin", "spiffe://dkm.local/ns/mail/sa/imap", 7)]
    [InlineData("ca", "spiffe://dkm.local/ns/mail/sa/imap", 2)]
    [InlineData("a/b", "spiffe://dkm.local/ns/mail/sa/imap", 2)]
    public async Task PkiIssue_Mistake_ChangesNothing(string name, string id, int expected)
    {
        await RunAsync("pki", "init");
        var before = Directory.GetFileSystemEntries(home, "*", SearchOption.AllDirectories).Order().ToList();
        var certificate = await File.ReadAllTextAsync(Path.Combine(home, "pki", "admin", "tls.crt"), TestContext.Current.CancellationToken);

        var (code, _, _) = await RunAsync("pki", "issue", name, "--id", id);

        Assert.Equal(expected, code);
        Assert.Equal(before, Directory.GetFileSystemEntries(home, "*", SearchOption.AllDirectories).Order());
        Assert.Equal(certificate, await File.ReadAllTextAsync(Path.Combine(home, "pki", "admin", "tls.crt"), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("not an envelope")]
    [InlineData("dkm1.")]
    [InlineData("dkm1.====")]
    [InlineData("")]
    public async Task EnvelopeShow_NoEnvelope_IsInvalidAndNamesTheField(string input)
    {
        var (code, _, error) = await RunAsync(Encoding.UTF8.GetBytes(input), "envelope", "show", "--offline", "--output", "json");

        Assert.Equal(ExitCode.Invalid, code);
        using var document = JsonDocument.Parse(error);
        Assert.Equal("envelope", document.RootElement.GetProperty("error").GetProperty("field").GetString());
    }

    [Fact]
    public async Task Doctor_NothingStarted_SaysWhatToDo()
    {
        await RunAsync("pki", "init");
        var (code, output, _) = await RunAsync("doctor");

        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("dkm dev", output, StringComparison.Ordinal);
        Assert.Contains("spiffe://dkm.local/human/admin", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData(" \r\n\t")]
    public async Task EnvelopeShow_TextAfterWhiteSpace_IsRead(string before)
    {
        var text = Envelope.ToText([.. "DKM\u0001\u0001\0"u8, .. new byte[16 + 24 + 16]]);
        var (code, output, error) = await RunAsync(Encoding.UTF8.GetBytes(before + text + "\n"), "envelope", "show", "--offline");

        Assert.True(code == ExitCode.Ok, error);
        Assert.Contains("0 bytes, 62 in the envelope", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_WithoutAHome_NamesTheOneCommandThatMakesIt()
    {
        Directory.Delete(home);
        var (code, output, _) = await RunAsync("doctor");
        Directory.CreateDirectory(home);

        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("dkm dev", output, StringComparison.Ordinal);
        Assert.DoesNotContain("pki issue", output, StringComparison.Ordinal);
        Assert.DoesNotContain("\nor", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", "correct")]
    [InlineData("""{"trust_domain":"dkm.local","access":"127.0.0.1:8443","keyring":"localhost","crypto":"http://127.0.0.1"}""", "https://127.0.0.1:8443")]
    public async Task Doctor_BrokenConfiguration_SaysWhatToCorrect(string configuration, string expected)
    {
        await RunAsync("pki", "init");
        await File.WriteAllTextAsync(Path.Combine(home, "config.json"), configuration, TestContext.Current.CancellationToken);

        var (code, output, _) = await RunAsync("doctor");

        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains(expected, output, StringComparison.Ordinal);
        Assert.NotEqual(ExitCode.Ok, (await RunAsync("ring", "list")).Code);
    }

    private Task<(int Code, string Output, string Error)> RunAsync(params string[] words) => RunAsync([], words);

    private async Task<(int Code, string Output, string Error)> RunAsync(byte[] input, params string[] words)
    {
        using var output = new MemoryStream();
        using var error = new StringWriter();
        var environment = new CliEnvironment
        {
            Input = new MemoryStream(input),
            Output = output,
            Error = error,
            Variable = _ => null,
        };
        var code = await CommandLine.RunAsync([.. words, "--home", home], environment);
        return (code, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }
}
