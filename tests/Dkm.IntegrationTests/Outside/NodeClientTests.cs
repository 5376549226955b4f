namespace Dkm.IntegrationTests.Outside;

using System;
using System.Collections.Generic;
using System.IO;
using System.Threading.Tasks;
using Dkm.IntegrationTests.Cli;
using Xunit;

/// <summary>A client in another language, with nothing of ours but the .proto files and a certificate.</summary>
[Trait("Binaries", "published")]
public sealed class NodeClientTests(RunningStandalone running) : IClassFixture<RunningStandalone>
{
    private const string Ring = "mail/accounts";

    private static readonly string Folder = Path.Combine(Binaries.Repository, "tests", "outside");

    [Fact]
    public async Task EncryptAndDecrypt_ThroughCrypto_GiveBackTheSecret()
    {
        var secret = "für Grüße \0 aus Node"u8.ToArray();
        var envelope = await NodeAsync(secret, "mailbox-worker", "encrypt", "address=ada@hotmail.com");
        Assert.True(envelope.ExitCode == 0, envelope.Error);
        var opened = await NodeAsync(envelope.OutputBytes, "mailbox-worker", "decrypt", "address=ada@hotmail.com");
        Assert.True(opened.ExitCode == 0, opened.Error);
        Assert.Equal(secret, opened.OutputBytes);

        // What one language made, the other opens.
        var here = await running.Home.DkmAsync(envelope.OutputBytes, "unprotect", "--context", "address=ada@hotmail.com", "--identity", "mailbox-worker");
        Assert.Equal(secret, here.OutputBytes);
    }

    [Fact]
    public async Task Decrypt_OtherContext_CannotBeOpened()
    {
        var envelope = await NodeAsync("x"u8.ToArray(), "mailbox-worker", "encrypt", "address=ada@hotmail.com");
        var opened = await NodeAsync(envelope.OutputBytes, "mailbox-worker", "decrypt", "address=eve@hotmail.com");
        Assert.Equal(1, opened.ExitCode);
        Assert.StartsWith("INVALID_ARGUMENT CANNOT_OPEN", opened.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Encrypt_ByAHuman_IsDenied()
    {
        var denied = await NodeAsync("x"u8.ToArray(), "admin", "encrypt");
        Assert.Equal(1, denied.ExitCode);
        Assert.StartsWith("PERMISSION_DENIED", denied.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Encrypt_AtAnotherService_IsNotSent()
    {
        var refused = await NodeAsync("x"u8.ToArray(), "mailbox-worker", "encrypt", address: running.Home.Configuration.KeyRing![0].Authority);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("UNAVAILABLE", refused.Error, StringComparison.Ordinal);
    }

    private async Task<CommandResult> NodeAsync(byte[] input, string identity, string verb, string? context = null, string? address = null)
    {
        Assert.True(Directory.Exists(Path.Combine(Folder, "node_modules")), $"Node packages are missing. Run: (cd {Folder} && npm install --no-package-lock)");
        List<string> arguments =
        [
            // An address instead of a host name makes Node warn on standard error about the name that it sends.
            "--no-deprecation",
            Path.Combine(Folder, "crypto-client.js"),
            address ?? running.Home.Configuration.Crypto![0].Authority,
            Path.Combine(running.Home.Home, "pki", identity),
            Ring,
            verb,
        ];
        if (context is not null)
        {
            arguments.Add(context);
        }

        try
        {
            return await ChildProcess.RunAsync("node", arguments, running.Home.Environment, input);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Fail("Node.js is missing. Run: sudo apt-get install -y nodejs npm");
            throw;
        }
    }
}
