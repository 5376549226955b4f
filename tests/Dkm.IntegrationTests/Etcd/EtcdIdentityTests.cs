namespace Dkm.IntegrationTests.Etcd;

using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Authpb;
using Dkm.Core;
using Dkm.Storage;
using Dkm.Testing;
using Dkm.Testing.Certificates;
using Dkm.Testing.Etcd;
using Dkm.Testing.Storage;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

/// <summary>Who etcd is to us, and who we are to it. RELIABILITY.md section 5, attack 25; the roles are those of docs/etcd.md.</summary>
public sealed class EtcdIdentityTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Open_MembersThatAskForNoCertificate_IsRefusedUnlessDevelopmentAllowsIt()
    {
        await using var etcd = await EtcdProcesses.StartAsync(
            arguments => arguments.Where(argument => !argument.StartsWith("--client-cert-auth", StringComparison.Ordinal)
                && !argument.StartsWith("--trusted-ca-file", StringComparison.Ordinal)),
            wait: false,
            Token);
        var options = etcd.Options();

        await Eventually.TrueAsync(async () => await ReasonAsync(options) == Reasons.StoreInsecure, "the members are up, and refused");
        Assert.Null(await ReasonAsync(options with { AllowPlaintext = true }));
    }

    [Fact]
    public async Task Open_MemberOfAnotherCaOrUnderAnotherName_IsNotSpokenTo()
    {
        await using var etcd = await EtcdProcesses.StartAsync(cancellationToken: Token);
        using var stranger = new EtcdPki();
        stranger.Options("dkm-test");

        Assert.Equal(Reasons.StoreUnavailable, await ReasonAsync(etcd.Options() with { CaFile = stranger.CaFile }));
        Assert.Equal(
            Reasons.StoreUnavailable,
            await ReasonAsync(etcd.Options() with { Endpoints = [new UriBuilder(etcd.Endpoints[0]) { Host = "127.0.0.2" }.Uri] }));
        Assert.Null(await ReasonAsync(etcd.Options()));
    }

    [Fact]
    public async Task Roles_AsDocumented_LetEachServiceIntoItsOwnPrefix_AndARenewedCertificateIsUsed()
    {
        await using var etcd = await EtcdProcesses.StartAsync(cancellationToken: Token);
        using (var channel = EtcdPlainChannel.Open(etcd.Options("root")))
        {
            await GrantAsync(channel);
        }

        using var root = new MemoryRoot();
        foreach (var name in (string[])["access", "keyring"])
        {
            await using var store = await etcd.OpenStoreAsync($"dkm-{name}", Token);
            await using var service = await ServiceStore.OpenAsync(
                store, name, root, new RecordingObserver(), new ServiceStoreOptions(), TimeProvider.System, NullLogger.Instance, Token);
            await service.CommitAsync(new RecordChanges().Put("groups/a", 1, "x"u8.ToArray(), 0), Token);
            await store.GrantLeaseAsync(TimeSpan.FromSeconds(5), Token);
        }

        await using var access = await etcd.OpenStoreAsync("dkm-access", Token);
        var denied = await Assert.ThrowsAsync<DkmException>(() => access.GetAsync("/dkm/v1/keyring/manifest", 0, Token));
        Assert.Contains("permission denied", denied.Message, StringComparison.Ordinal);

        // The same files under a new name: the next call shows it, on a new connection.
        etcd.Pki.Write("dkm-access", new CertificateSpec { Subject = "CN=dkm-keyring", ExtendedKeyUsage = ["1.3.6.1.5.5.7.3.2"] });
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    return (await access.GetAsync("/dkm/v1/keyring/manifest", 0, Token)).Entry is not null;
                }
                catch (DkmException notYet) when (notYet.Message.Contains("permission denied", StringComparison.Ordinal))
                {
                    return false;
                }
            },
            "the renewed certificate is used");
    }

    private static async Task<string?> ReasonAsync(EtcdStoreOptions options)
    {
        try
        {
            await using var store = await EtcdStore.OpenAsync(options, TimeProvider.System, NullLogger.Instance, Token);
            return null;
        }
        catch (DkmException exception)
        {
            return exception.Reason;
        }
    }

    /// <summary>The commands of docs/etcd.md.</summary>
    private static async Task GrantAsync(GrpcChannel channel)
    {
        var auth = new Auth.AuthClient(channel);
        await auth.UserAddAsync(new AuthUserAddRequest { Name = "root", Options = new UserAddOptions { NoPassword = true } });
        await auth.RoleAddAsync(new AuthRoleAddRequest { Name = "root" });
        await auth.UserGrantRoleAsync(new AuthUserGrantRoleRequest { User = "root", Role = "root" });
        foreach (var service in (string[])["access", "keyring"])
        {
            var name = $"dkm-{service}";
            await auth.RoleAddAsync(new AuthRoleAddRequest { Name = name });
            foreach (var prefix in (string[])[$"/dkm/v1/{service}/", "/dkm/v1/meta/"])
            {
                await auth.RoleGrantPermissionAsync(new AuthRoleGrantPermissionRequest
                {
                    Name = name,
                    Perm = new Permission
                    {
                        PermType = Permission.Types.Type.Readwrite,
                        Key = ByteString.CopyFromUtf8(prefix),
                        RangeEnd = ByteString.CopyFromUtf8(StorePath.EndOf(prefix)),
                    },
                });
            }

            await auth.UserAddAsync(new AuthUserAddRequest { Name = name, Options = new UserAddOptions { NoPassword = true } });
            await auth.UserGrantRoleAsync(new AuthUserGrantRoleRequest { User = name, Role = name });
        }

        await auth.AuthEnableAsync(new AuthEnableRequest());
    }
}
