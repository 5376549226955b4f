namespace Dkm.IntegrationTests.Access;

using System;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Access.V1;
using Dkm.Core;
using Dkm.Testing;
using Dkm.Testing.Certificates;
using Dkm.Testing.Services;
using Dkm.Transport;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

/// <summary>Temporary credentials over real TLS.</summary>
public sealed class ElevationCredentialTests(ApprovalFixture fixture) : IClassFixture<ApprovalFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Issue_ActiveElevation_IsHersForThatElevationUntilItsEnd()
    {
        var petition = await fixture.ActiveAsync();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);

        var answer = await IssueAsync(petition, "ops", key);

        using var leaf = X509Certificate2.CreateFromPem(answer.Certificate);
        using var trust = new TrustStore(fixture.Pki.WriteTrust(), TimeProvider.System, NullLogger.Instance);
        Assert.Equal(TestPki.Id("/elevated/" + petition.Id), trust.Verify(leaf, null).Id.ToString());
        Assert.Equal(petition.EndTime, answer.EndTime);
        var end = petition.EndTime.ToDateTimeOffset();
        Assert.InRange(new DateTimeOffset(leaf.NotAfter), end.AddSeconds(-2), end);

        // It lets her in nowhere at Access.
        using var channel = TestServers.Channel(fixture.Services[0].Address, leaf.CopyWithPrivateKey(key));
        await RpcAssert.FailsAsync(
            StatusCode.PermissionDenied, Reasons.CallerClass, new ApprovalService.ApprovalServiceClient(channel).ListAsync(new ListRequest(), cancellationToken: Token));
        await RpcAssert.FailsAsync(
            StatusCode.PermissionDenied, Reasons.CallerClass, new GroupService.GroupServiceClient(channel).ListGroupsAsync(new ListGroupsRequest(), cancellationToken: Token));
    }

    [Fact]
    public async Task Issue_AgainForTheSameKeyAndForAnother_TheFirstKeyIsFixed()
    {
        var petition = await fixture.ActiveAsync();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await IssueAsync(petition, "ops", key);

        await IssueAsync(petition, "ops", key, replica: 1);
        await RpcAssert.FailsAsync(StatusCode.FailedPrecondition, Reasons.OtherKey, () => IssueAsync(petition, "ops", other, replica: 1));
    }

    [Fact]
    public async Task Issue_TwoKeysAtTwoReplicasAtOnce_OneIsFixed()
    {
        var petition = await fixture.ActiveAsync();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        var outcomes = await Task.WhenAll(OutcomeAsync(key, 0), OutcomeAsync(other, 1));

        Assert.Single(outcomes, outcome => outcome == Reasons.OtherKey);
        Assert.Single(outcomes, outcome => outcome == "issued");

        async Task<string> OutcomeAsync(ECDsa one, int replica)
        {
            try
            {
                await IssueAsync(petition, "ops", one, replica);
                return "issued";
            }
            catch (RpcException refused)
            {
                return StatusMapping.FromRpc(refused).Reason;
            }
        }
    }

    [Theory]
    [InlineData("mia", Reasons.NotTheRequester)]
    [InlineData("ada", Reasons.NotTheRequester)]
    [InlineData("eve", Reasons.PetitionUnknownOrNotYours)]
    public async Task Issue_ToAnotherPerson_Refused(string person, string reason)
    {
        var petition = await fixture.ActiveAsync();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        await RpcAssert.FailsAsync(StatusCode.PermissionDenied, reason, () => IssueAsync(petition, person, key));

        Assert.Empty((await fixture.As("ops").GetAsync(new GetRequest { Id = petition.Id }, cancellationToken: Token)).KeyDigest);
    }

    [Fact]
    public async Task Issue_AfterTheEnd_Refused()
    {
        var petition = await fixture.ActiveAsync(duration: TimeSpan.FromSeconds(1));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await Eventually.TrueAsync(() => DateTimeOffset.UtcNow > petition.EndTime.ToDateTimeOffset(), "its end");

        await RpcAssert.FailsAsync(StatusCode.FailedPrecondition, Reasons.PetitionEnded, () => IssueAsync(petition, "ops", key));
    }

    [Fact]
    public async Task Issue_KeyTooSmallOrNotProven_NamesTheField()
    {
        var petition = await fixture.ActiveAsync();
        using var small = RSA.Create(2048);
        var request = new CertificateRequest("CN=ops", small, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSigningRequest();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var unproven = ApprovalFixture.CertificationRequest(key).ToByteArray();
        unproven[^1] ^= 1;

        foreach (var bad in new[] { request, unproven, [1, 2, 3] })
        {
            var thrown = await RpcAssert.FailsAsync(
                StatusCode.InvalidArgument,
                Reasons.CertificationRequest,
                fixture.As("ops").IssueCredentialAsync(new IssueCredentialRequest { Id = petition.Id, CertificationRequest = ByteString.CopyFrom(bad) }, cancellationToken: Token));
            Assert.Equal("certification_request", StatusMapping.FromRpc(thrown).Field);
        }
    }

    [Fact]
    public async Task Clock_AReplicaThatIsFiveMinutesBehind_GivesNobodyMoreTime()
    {
        var behind = new TwoWallClocks(TimeSpan.FromMinutes(-5));
        var workers = fixture.NewName("workers");
        await fixture.WorkersAsync(workers, TimeSpan.FromHours(1), TimeSpan.FromSeconds(2), "managers", "legal");
        var pending = await fixture.RequestAsync(workers);
        var active = await fixture.ActiveAsync(duration: TimeSpan.FromSeconds(2));
        await fixture.StartAsync(behind);
        var replica = fixture.Services.Count - 1;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await Eventually.TrueAsync(() => DateTimeOffset.UtcNow > active.EndTime.ToDateTimeOffset().AddSeconds(1), "both are over");

        await RpcAssert.FailsAsync(StatusCode.FailedPrecondition, Reasons.PetitionEnded, () => IssueAsync(active, "ops", key, replica));
        await RpcAssert.FailsAsync(StatusCode.FailedPrecondition, Reasons.PetitionEnded, () => fixture.ApproveAsync(pending, "mia", replica));
    }

    [Theory]
    [InlineData("/elevated/019ab0c1-9e3f-7c3a-8f3e-2b1d4c5e6f70", false)]
    [InlineData("/human/ada", true)]
    [InlineData("/ns/mail/sa/worker", true)]
    [InlineData("/dkm/crypto", true)]
    public async Task Call_ElevatedByAnotherCaOrAnotherByTheElevationCa_ClassMismatch(string path, bool byElevationCa)
    {
        using var channel = TestServers.Channel(fixture.Services[0].Address, (byElevationCa ? fixture.Pki.Elevated : fixture.Pki.Human).Issue(TestPki.Leaf(path)));

        await RpcAssert.FailsAsync(
            StatusCode.Unauthenticated, Reasons.IdentityClassMismatch, new ApprovalService.ApprovalServiceClient(channel).ListAsync(new ListRequest(), cancellationToken: Token));
    }

    private Task<IssueCredentialResponse> IssueAsync(Petition petition, string person, ECDsa key, int replica = 0) => fixture.As(person, replica).IssueCredentialAsync(
        new IssueCredentialRequest { Id = petition.Id, CertificationRequest = ApprovalFixture.CertificationRequest(key) }, cancellationToken: Token).ResponseAsync;

    /// <summary>A machine whose wall clock is wrong.</summary>
    private sealed class TwoWallClocks(TimeSpan offset) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + offset;
    }
}
