namespace Dkm.IntegrationTests.Chart;

using System;
using System.Linq;
using System.Threading.Tasks;
using Xunit;

/// <summary>Values that make no sense are refused, with a sentence that helps.</summary>
public sealed class ChartValuesTests
{
    /// <summary>Value set, what is set besides, and what the refusal says of it: all mistakes are told together, those that the schema finds before the others.</summary>
    private static readonly (string Set, (string More, string Says)[] Mistakes)[] Senseless =
    [
        ("cert-manager",
        [
            ("etcd.replicas=2", "/etcd/replicas"),
            ("access.replicas=0", "/access/replicas"),
            ("trustDomain=spiffe://example.org", "/trustDomain"),
            ("etcd.image.tag=latest", "/etcd/image/tag"),
            ("runAs.user=0", "/runAs/user"),
            ("crypto.config.Tls:KeyFile=/x", "Tls:KeyFile"),
            ("acces.replicas=3", "'acces' not allowed"),
            ("keyring.resources.limits.memory=null", "/keyring/resources/limits"),
        ]),
        ("cert-manager",
        [
            ("etcd.replicas=1", "Three or five; development=true allows one"),
            ("access.replicas=1", "access.replicas is 1: with fewer than two every update"),
            ("access.root.secretName=", "head -c 32 /dev/urandom"),
            ("trustDomain=", "trustDomain is not set"),
            ("trust.human.configMapName=", "without them nobody may administer"),
            ("trust.workload.secretName=too", "both a ConfigMap and a Secret"),
            ("image.tag=latest", "a restart would be an upgrade"),
            ("etcd.external.endpoints={https://etcd:2379}", "It is one or the other"),
            ("test.enabled=true", "test.enabled needs the certificate of a caller"),
            ("certificates.certManager.renewBefore=720h", "replaced without end"),
            ("telemetry.otlpEndpoint=http://collector:4317", "networkPolicy.telemetry is empty"),
            ("crypto.config.Installation:MaxSkew=1s", "is a key of KeyRing"),
        ]),
        ("cert-manager",
        [
            ("access.root.secretName=dkm-keyring-root", "Each service has a root of its own"),
            ("firstAdministrators={spiffe://example.net/human/ada}", "one alone could lock everybody out"),
            ("etcd.enabled=false", "there is no store"),
            ("certificates.source=existingSecrets", "certificates.existing.crypto names no secret"),
            ("networkPolicy.dns=null", "find neither each other nor etcd"),
        ]),
        ("cert-manager", [("firstAdministrators={spiffe://example.net/human/a,spiffe://example.net/human/b}", "is no human of this trust domain")]),
        ("existing-secrets",
        [
            ("etcd.external.endpoints={http://etcd-1:2379}", "is no https address. TLS off is for development=true"),
            ("etcd.external.allowPlaintext=true", "for development=true alone"),
            ("networkPolicy.etcd=null", "would not reach the external etcd"),
        ]),
        ("everything",
        [
            ("certificates.certManager.issuers.workload.name=dkm-services", "are the same issuer"),
            ("crypto.autoscaling.minReplicas=30", "minReplicas is more than maxReplicas"),
        ]),
        ("everything", [("crypto.autoscaling.minReplicas=1", "minReplicas is 1: with fewer than two")]),
    ];

    [Fact]
    public async Task Values_ThatMakeNoSense_AreRefusedWithASentence()
    {
        var token = TestContext.Current.CancellationToken;
        var answers = await Task.WhenAll(Senseless.Select(async one => (one.Mistakes, Answer: await Helm.TemplateAsync(one.Set, one.Mistakes.Select(mistake => mistake.More), token))));
        Assert.All(answers, each =>
        {
            Assert.NotEqual(0, each.Answer.Code);
            Assert.All(each.Mistakes, mistake => Assert.Contains(mistake.Says, each.Answer.Error, StringComparison.Ordinal));
        });
    }

    /// <summary>Without any of them nothing of the kind is said: the value sets are rendered.</summary>
    [Fact]
    public async Task Values_WithOneMistake_AreRefusedForItAlone()
    {
        var (code, _, error) = await Helm.TemplateAsync("cert-manager", ["etcd.replicas=1"], TestContext.Current.CancellationToken);
        Assert.NotEqual(0, code);
        Assert.Equal(1, error.Split("\n  - ").Length - 1);
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
