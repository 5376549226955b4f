namespace Dkm.IntegrationTests.Chart;

using System;
using System.Linq;
using System.Threading.Tasks;
using Xunit;

/// <summary>Values that make no sense are refused, with a sentence that helps.</summary>
public sealed class ChartValuesTests
{
    /// <summary>Value set, what is set besides, and what the refusal says.</summary>
    private static readonly (string Set, string More, string Says)[] Senseless =
    [
        ("cert-manager", "etcd.replicas=1", "Three or five; development=true allows one"),
        ("cert-manager", "etcd.replicas=2", "/etcd/replicas"),
        ("cert-manager", "access.replicas=1", "access.replicas is 1: with fewer than two every update"),
        ("cert-manager", "access.replicas=0", "/access/replicas"),
        ("cert-manager", "access.root.secretName=", "head -c 32 /dev/urandom"),
        ("cert-manager", "access.root.secretName=dkm-keyring-root", "Each service has a root of its own"),
        ("cert-manager", "trustDomain=", "trustDomain is not set"),
        ("cert-manager", "trustDomain=spiffe://example.org", "/trustDomain"),
        ("cert-manager", "firstAdministrators={spiffe://example.org/human/ada}", "one alone could lock everybody out"),
        ("cert-manager", "firstAdministrators={spiffe://example.net/human/a,spiffe://example.net/human/b}", "is no human of this trust domain"),
        ("cert-manager", "trust.human.configMapName=", "without them nobody may administer"),
        ("cert-manager", "trust.workload.secretName=too", "both a ConfigMap and a Secret"),
        ("cert-manager", "image.tag=latest", "a restart would be an upgrade"),
        ("cert-manager", "etcd.image.tag=latest", "/etcd/image/tag"),
        ("cert-manager", "runAs.user=0", "/runAs/user"),
        ("cert-manager", "etcd.enabled=false", "there is no store"),
        ("cert-manager", "etcd.external.endpoints={https://etcd:2379}", "It is one or the other"),
        ("cert-manager", "test.enabled=true", "test.enabled needs the certificate of a caller"),
        ("cert-manager", "certificates.certManager.renewBefore=720h", "replaced without end"),
        ("cert-manager", "telemetry.otlpEndpoint=http://collector:4317", "networkPolicy.telemetry is empty"),
        ("cert-manager", "certificates.source=existingSecrets", "certificates.existing.crypto names no secret"),
        ("cert-manager", "crypto.config.Tls:KeyFile=/x", "Tls:KeyFile"),
        ("cert-manager", "crypto.config.Installation:MaxSkew=1s", "is a key of KeyRing"),
        ("cert-manager", "acces.replicas=3", "'acces' not allowed"),
        ("existing-secrets", "etcd.external.endpoints={http://etcd-1:2379}", "is no https address. TLS off is for development=true"),
        ("existing-secrets", "etcd.external.allowPlaintext=true", "for development=true alone"),
        ("existing-secrets", "networkPolicy.etcd=null", "would not reach the external etcd"),
        ("everything", "certificates.certManager.issuers.workload.name=dkm-services", "are the same issuer"),
        ("everything", "crypto.autoscaling.minReplicas=1", "minReplicas is 1: with fewer than two"),
        ("everything", "crypto.autoscaling.minReplicas=30", "minReplicas is more than maxReplicas"),
    ];

    [Fact]
    public async Task Values_ThatMakeNoSense_AreRefusedWithASentence()
    {
        var token = TestContext.Current.CancellationToken;
        var answers = await Task.WhenAll(Senseless.Select(async one => (one, Answer: await Helm.TemplateAsync(one.Set, [one.More], token))));
        Assert.All(answers, each =>
        {
            Assert.NotEqual(0, each.Answer.Code);
            Assert.Contains(each.one.Says, each.Answer.Error, StringComparison.Ordinal);
        });
    }

    /// <summary>Everything that is wrong, at once.</summary>
    [Fact]
    public async Task Values_WithSeveralMistakes_AreToldTogether()
    {
        var (code, _, error) = await Helm.TemplateAsync("cert-manager", ["trustDomain=", "keyring.root.secretName=", "etcd.replicas=1"], TestContext.Current.CancellationToken);
        Assert.NotEqual(0, code);
        Assert.All(["trustDomain is not set", "keyring.root.secretName is not set", "etcd.replicas is 1"], part => Assert.Contains(part, error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Values_OfDevelopment_MayLeaveTlsToEtcdOff()
    {
        var (code, output, error) = await Helm.TemplateAsync(
            "development",
            ["etcd.enabled=false", "etcd.external.allowPlaintext=true", "etcd.external.endpoints={http://etcd:2379}", "networkPolicy.enabled=false"],
            TestContext.Current.CancellationToken);
        Assert.True(code == 0, error);
        Assert.Contains("DKM__Store__Etcd__AllowPlaintext", output, StringComparison.Ordinal);
        Assert.DoesNotContain("DKM__Store__Etcd__CertificateFile", output, StringComparison.Ordinal);
    }
}
