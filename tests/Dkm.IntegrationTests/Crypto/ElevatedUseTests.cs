namespace Dkm.IntegrationTests.Crypto;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Access.V1;
using Dkm.Core;
using Dkm.Crypto.V1;
using Dkm.Hosting;
using Dkm.KeyRing.V1;
using Dkm.Testing;
using Dkm.Testing.Certificates;
using Dkm.Testing.Services;
using Dkm.Transport;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

/// <summary>What a temporary credential opens and does not, through the three services over real TLS.</summary>
public sealed class ElevatedUseTests(DkmFixture fixture) : IClassFixture<DkmFixture>, IAsyncLifetime
{
    private readonly List<GrpcChannel> channels = [];
    private ByteString envelope = ByteString.Empty;
    private ByteString foreign = ByteString.Empty;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var groups = fixture.Groups();
        if (!(await groups.ListGroupsAsync(new ListGroupsRequest(), cancellationToken: Token)).Groups.Any(group => group.Name == "managers"))
        {
            await groups.CreateGroupAsync(
                new CreateGroupRequest { Group = new Group { Name = "managers", Kind = Group.Types.Kind.Human, Members = { TestPki.Id("/human/mia") } } }, cancellationToken: Token);
            foreach (var name in new[] { "workers", "writers" })
            {
                var group = await groups.GetGroupAsync(new GetGroupRequest { Name = name }, cancellationToken: Token);
                group.ElevationPolicy = new ElevationPolicy { Levels = { new ApproverLevel { Group = "managers", Approvals = 1 } } };
                await groups.UpdateGroupAsync(new UpdateGroupRequest { Group = group, UpdateMask = new FieldMask { Paths = { "elevation_policy" } } }, cancellationToken: Token);
            }
        }

        var worker = fixture.CryptoAs(DkmFixture.Worker);
        envelope = (await worker.EncryptAsync(new EncryptRequest { KeyRing = DkmFixture.Mail, Plaintext = ByteString.CopyFromUtf8("secret") }, cancellationToken: Token)).Envelope;
        foreign = (await worker.EncryptAsync(new EncryptRequest { KeyRing = DkmFixture.Other, Plaintext = ByteString.CopyFromUtf8("secret") }, cancellationToken: Token)).Envelope;
    }

    public ValueTask DisposeAsync()
    {
        channels.ForEach(channel => channel.Dispose());
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Story_RequestedForOneRing_OpensItAndNothingElseAndNotAfterItsEnd()
    {
        var (petition, crypto) = await ElevatedAsync("workers", TimeSpan.FromSeconds(4), rings: [DkmFixture.Mail]);

        Assert.Equal("secret", (await DecryptAsync(crypto, envelope)).Plaintext.ToStringUtf8());
        await crypto.EncryptAsync(new EncryptRequest { KeyRing = DkmFixture.Mail, Plaintext = envelope }, cancellationToken: Token);
        await RpcAssert.FailsAsync(StatusCode.PermissionDenied, Reasons.KeyUnknownOrNotYours, () => DecryptAsync(crypto, foreign));
        await RpcAssert.FailsAsync(
            StatusCode.PermissionDenied, Reasons.NotBound, crypto.EncryptAsync(new EncryptRequest { KeyRing = DkmFixture.Other, Plaintext = envelope }, cancellationToken: Token));

        await Eventually.TrueAsync(() => DateTimeOffset.UtcNow > petition.EndTime.ToDateTimeOffset(), "its end");
        await RpcAssert.FailsAsync(StatusCode.Unauthenticated, Reasons.CertificateExpired, () => DecryptAsync(crypto, envelope));
    }

    [Fact]
    public async Task Elevated_AsksForKeysOrForAdministration_CallerClass()
    {
        var (_, crypto) = await ElevatedAsync("workers", TimeSpan.FromMinutes(5));
        _ = await DecryptAsync(crypto, foreign);
        var certificate = certificates[^1];
        var rings = new KeyRingService.KeyRingServiceClient(Channel(fixture.KeyRing, certificate));
        var keys = new KeySetService.KeySetServiceClient(Channel(fixture.KeyRing, certificate));

        await RpcAssert.FailsAsync(StatusCode.PermissionDenied, Reasons.CallerClass, keys.ResolveKeyAsync(new ResolveKeyRequest { KeyId = ByteString.CopyFrom(new byte[16]) }, cancellationToken: Token));
        using var stream = keys.Subscribe(cancellationToken: Token);
        await RpcAssert.FailsAsync(StatusCode.PermissionDenied, Reasons.CallerClass, () => stream.ResponseStream.MoveNext(Token));
        await RpcAssert.FailsAsync(
            StatusCode.PermissionDenied, Reasons.CallerClass, rings.RolloverKeyRingAsync(new RolloverKeyRingRequest { Name = DkmFixture.Mail }, cancellationToken: Token));
        await RpcAssert.FailsAsync(StatusCode.PermissionDenied, Reasons.CallerClass, rings.ListKeyRingsAsync(new ListKeyRingsRequest(), cancellationToken: Token));
    }

    [Fact]
    public async Task Elevated_GroupBoundToEncryptOnly_OpensNothing()
    {
        var (_, crypto) = await ElevatedAsync("writers", TimeSpan.FromMinutes(5));

        await crypto.EncryptAsync(new EncryptRequest { KeyRing = DkmFixture.Mail, Plaintext = envelope }, cancellationToken: Token);
        await RpcAssert.FailsAsync(StatusCode.PermissionDenied, Reasons.PermissionMissing, () => DecryptAsync(crypto, envelope));
    }

    [Fact]
    public async Task Elevated_Revoked_IsOutWithinASecond()
    {
        var (petition, crypto) = await ElevatedAsync("workers", TimeSpan.FromMinutes(5));
        _ = await DecryptAsync(crypto, envelope);

        await Approvals("/human/mia").RevokeAsync(new RevokeRequest { Id = petition.Id, Reason = "enough" }, cancellationToken: Token);
        var revoked = DateTimeOffset.UtcNow;

        await Eventually.TrueAsync(async () => await OutcomeAsync(crypto) == Reasons.ElevationOver, "out");
        Assert.InRange(DateTimeOffset.UtcNow - revoked, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Elevated_OneOperationMoreThanItsMaximum_OperationsSpentAtEveryReplica()
    {
        var (petition, crypto) = await ElevatedAsync("workers", TimeSpan.FromMinutes(5), operations: 3);
        await using var second = await StartAsync(time: null);
        var there = new CryptoService.CryptoServiceClient(Channel(second, certificates[^1]));

        _ = await DecryptAsync(crypto, envelope);
        var batch = new BatchDecryptRequest { Items = { new BatchDecryptItem { Envelope = envelope }, new BatchDecryptItem { Envelope = envelope }, new BatchDecryptItem { Envelope = envelope } } };
        await RpcAssert.FailsAsync(StatusCode.ResourceExhausted, Reasons.OperationsSpent, crypto.BatchDecryptAsync(batch, cancellationToken: Token));
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => OutcomeAsync(i % 2 == 0 ? crypto : there)));

        Assert.Equal(2, outcomes.Count(outcome => outcome == "done"));
        Assert.Equal(2, outcomes.Count(outcome => outcome == Reasons.OperationsSpent));
        Assert.Equal(3, (await Approvals("/human/mia").GetAsync(new GetRequest { Id = petition.Id }, cancellationToken: Token)).Operations);
    }

    [Fact]
    public async Task Elevated_ReplicaWhoseClockIsTenSecondsBehind_RefusesHer()
    {
        _ = await ElevatedAsync("workers", TimeSpan.FromMinutes(5));
        await using var late = await StartAsync(new OtherWall(TimeSpan.FromSeconds(-10)));

        Assert.Equal(Reasons.ClockBehind, await OutcomeAsync(new CryptoService.CryptoServiceClient(Channel(late, certificates[^1]))));
        Assert.Equal("done", await OutcomeAsync(fixture.CryptoAs(DkmFixture.Worker, late)));
    }

    [Fact]
    public async Task Elevated_ReplicaWhoseClockIsThreeSecondsBehind_GivesHerNoSecondMore()
    {
        await using var late = await StartAsync(new OtherWall(TimeSpan.FromSeconds(-3)));
        var (petition, _) = await ElevatedAsync("workers", TimeSpan.FromSeconds(2));
        var crypto = new CryptoService.CryptoServiceClient(Channel(late, certificates[^1]));
        await Eventually.TrueAsync(() => DateTimeOffset.UtcNow > petition.EndTime.ToDateTimeOffset(), "its end");

        Assert.Equal(Reasons.ElevationOver, await OutcomeAsync(crypto));
    }

    private readonly List<X509Certificate2> certificates = [];

    private ApprovalService.ApprovalServiceClient Approvals(string path) => new(Channel(fixture.Access, fixture.Pki.Issue(path)));

    private GrpcChannel Channel(WebApplication app, X509Certificate2 certificate)
    {
        var channel = TestServers.Channel(DkmFixture.AddressOf(app), certificate);
        channels.Add(channel);
        return channel;
    }

    private async Task<WebApplication> StartAsync(TimeProvider? time)
    {
        var app = fixture.StartableCrypto(DkmFixture.AddressOf(fixture.KeyRing), time: time);
        await app.StartAsync(Token);
        await Eventually.TrueAsync(() => app.Services.GetServices<IReadiness>().All(part => part.Ready), "ready");
        return app;
    }

    /// <summary>From the request to a credential that Crypto knows of.</summary>
    private async Task<(Petition Petition, CryptoService.CryptoServiceClient Crypto)> ElevatedAsync(string group, TimeSpan duration, string[]? rings = null, long operations = 0)
    {
        var request = new RequestElevationRequest
        {
            Elevation = new ElevationTerms { Group = group, Duration = Duration.FromTimeSpan(duration), KeyRings = { rings ?? [] }, MaxOperations = operations },
            Reason = "a mail does not open",
        };
        var petition = await Approvals("/human/ops").RequestElevationAsync(request, cancellationToken: Token);
        petition = await Approvals("/human/mia").ApproveAsync(new ApproveRequest { Id = petition.Id, Digest = petition.Digest }, cancellationToken: Token);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var credential = await Approvals("/human/ops").IssueCredentialAsync(
            new IssueCredentialRequest
            {
                Id = petition.Id,
                CertificationRequest = ByteString.CopyFrom(new CertificateRequest("CN=ops", key, HashAlgorithmName.SHA256).CreateSigningRequest()),
            },
            cancellationToken: Token);
        using var leaf = X509Certificate2.CreateFromPem(credential.Certificate);
        certificates.Add(leaf.CopyWithPrivateKey(key));
        var policy = fixture.Crypto.Services.GetRequiredService<Dkm.Hosting.Policy.IGroupMembership>();
        await Eventually.TrueAsync(() => policy.Current.FindElevation(petition.Id) is not null, "Crypto knows of it");
        return (petition, new CryptoService.CryptoServiceClient(Channel(fixture.Crypto, certificates[^1])));
    }

    private static Task<DecryptResponse> DecryptAsync(CryptoService.CryptoServiceClient crypto, ByteString sealedText) =>
        crypto.DecryptAsync(new DecryptRequest { Envelope = sealedText }, cancellationToken: Token).ResponseAsync;

    private async Task<string> OutcomeAsync(CryptoService.CryptoServiceClient crypto)
    {
        try
        {
            _ = await DecryptAsync(crypto, envelope);
            return "done";
        }
        catch (RpcException refused)
        {
            return StatusMapping.FromRpc(refused).Reason;
        }
        catch (DkmException refused)
        {
            return refused.Reason;
        }
    }

    /// <summary>A machine whose wall clock is wrong.</summary>
    private sealed class OtherWall(TimeSpan offset) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + offset;
    }
}
