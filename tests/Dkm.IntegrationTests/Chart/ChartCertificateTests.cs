namespace Dkm.IntegrationTests.Chart;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;
using Dkm.Core;
using k8s.Models;
using Xunit;

/// <summary>Who gets which certificate from whom, and that every secret that a pod wants is made or named.</summary>
[Collection(ChartCollection.Name)]
public sealed partial class ChartCertificateTests(ChartFixture charts)
{
    [Fact]
    public void Leaves_EachOfThem_HaveOneIdentityOfTheRightClass()
    {
        foreach (var leaf in charts.All.SelectMany(Leaves))
        {
            Assert.True(leaf.Spec!.Uris.Count + (leaf.Spec.CommonName is null ? 0 : 1) == 1, leaf.Metadata.Name);
            Assert.Equal(("ECDSA", "Always"), (leaf.Spec.PrivateKey.Algorithm, leaf.Spec.PrivateKey.RotationPolicy));
            Assert.Contains("digital signature", leaf.Spec.Usages);
            Assert.Contains("client auth", leaf.Spec.Usages);
            Assert.DoesNotContain("cert sign", leaf.Spec.Usages);
            foreach (var uri in leaf.Spec.Uris)
            {
                Assert.True(SpiffeId.TryParse(uri, out var id, out var problem), problem);
                Assert.Equal(id.Class == IdentityClass.Service, leaf.Spec.IssuerRef.Name.Contains("service", StringComparison.Ordinal));
                Assert.True(id.Class is IdentityClass.Service or IdentityClass.Workload, uri);
                Assert.Contains("server auth", leaf.Spec.Usages);
            }
        }
    }

    /// <summary>etcd knows its users by the CN that its CA vouches for; who may be a member is another CA's word.</summary>
    [Fact]
    public void Etcd_Users_AreTheirCertificatesAlone()
    {
        var leaves = Leaves(charts.Of("cert-manager")).Where(leaf => leaf.Spec!.CommonName is not null).ToDictionary(leaf => leaf.Spec!.CommonName!, leaf => leaf.Spec!, StringComparer.Ordinal);
        Assert.Equal(["dkm-access", "dkm-keyring", "dkm-member", "dkm-peer", "root"], leaves.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("dkm-etcd-peer", leaves["dkm-peer"].IssuerRef.Name);
        Assert.All(leaves.Where(leaf => leaf.Key != "dkm-peer"), leaf => Assert.Equal("dkm-etcd", leaf.Value.IssuerRef.Name));
        Assert.All(["dkm-access", "dkm-keyring", "root"], user => Assert.Equal((0, false), (leaves[user].DnsNames.Count, leaves[user].Usages.Contains("server auth"))));

        var etcd = Assert.Single(charts.Of("cert-manager").Pod("etcd").Containers);
        foreach (var flag in new[] { "--advertise-client-urls=", "--initial-advertise-peer-urls=" })
        {
            var host = new Uri(etcd.Args.Single(argument => argument.StartsWith(flag, StringComparison.Ordinal))[flag.Length..].Replace("$(POD_NAME)", "dkm-etcd-1", StringComparison.Ordinal)).Host;
            Assert.Contains(host, leaves[flag.Contains("peer", StringComparison.Ordinal) ? "dkm-peer" : "dkm-member"].DnsNames);
        }

        Assert.Contains("--client-cert-auth=true", etcd.Args);
        Assert.Contains("--peer-client-cert-auth=true", etcd.Args);
    }

    [Fact]
    public void Authorities_OneForEachClass_KeepTheirKeys()
    {
        var chart = charts.Of("cert-manager");
        var authorities = chart.All<CustomObjects.Certificate>().Where(one => one.Spec!.IsCA).ToList();
        Assert.Equal(["dkm-etcd-ca", "dkm-etcd-peer-ca", "dkm-service-ca"], authorities.Select(one => one.Metadata.Name).Order(StringComparer.Ordinal));
        Assert.All(authorities, one => Assert.Equal("Never", one.Spec!.PrivateKey.RotationPolicy));
        Assert.Equal(
            authorities.Select(one => one.Spec!.SecretName).Order(StringComparer.Ordinal),
            chart.All<CustomObjects.Issuer>().Where(issuer => issuer.Spec!.Ca is not null).Select(issuer => issuer.Spec!.Ca!.SecretName).Order(StringComparer.Ordinal));

        // A CA's key is in no pod.
        Assert.DoesNotContain(charts.All.SelectMany(all => all.Pods).SelectMany(Secrets), secret => secret.EndsWith("-ca", StringComparison.Ordinal) && secret.StartsWith("dkm-", StringComparison.Ordinal));
    }

    /// <summary>The policy of an issuer permits what is asked of it, for exactly that identity; nothing in it speaks of humans.</summary>
    [Fact]
    public void Policies_OfEachIssuer_PermitItsClassAlone()
    {
        var chart = charts.Of("everything");
        var policies = chart.All<CustomObjects.CertificateRequestPolicy>().ToList();
        foreach (var leaf in Leaves(chart).Where(leaf => leaf.Spec!.IssuerRef.Name != "workloads"))
        {
            var own = Assert.Single(policies, policy => policy.Spec!.Selector.IssuerRef == leaf.Spec!.IssuerRef
                && policy.Spec.Allowed.Uris?.Values.Single() == leaf.Spec.Uris.SingleOrDefault() && policy.Spec.Allowed.CommonName?.Value == leaf.Spec.CommonName);
            Assert.Equal([Helm.Namespace], own.Spec!.Selector.Namespace!.MatchNames);
            Assert.Equal(leaf.Spec!.DnsNames, own.Spec.Allowed.DnsNames?.Values ?? []);
            Assert.Equal(leaf.Spec.Usages, own.Spec.Allowed.Usages);
            Assert.False(own.Spec.Allowed.IsCA);
        }

        var workload = Assert.Single(policies, policy => policy.Spec!.Selector.IssuerRef.Name == "workloads").Spec!.Allowed.Uris!;
        Assert.True(workload.Required);
        Assert.Equal("self.matches('^spiffe://example[.]org/ns/' + cr.namespace + '/sa/[a-zA-Z0-9._-]+$')", Assert.Single(workload.Validations).Rule);
        Assert.DoesNotContain(policies.SelectMany(policy => policy.Spec!.Allowed.Uris?.Values ?? []), uri => uri.Contains("/human/", StringComparison.Ordinal));
        Assert.Equal(policies.Select(policy => policy.Metadata.Name).Order(StringComparer.Ordinal), Assert.Single(chart.All<V1ClusterRole>()).Rules.Single().ResourceNames.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Secrets_OfEveryPod_AreMadeOrNamedInTheValues()
    {
        foreach (var chart in charts.All)
        {
            var made = chart.All<CustomObjects.Certificate>().Select(one => one.Spec!.SecretName).ToHashSet(StringComparer.Ordinal);
            var named = Words().Matches(Helm.ValuesText(chart.ValueSet)).Select(word => word.Value).ToHashSet(StringComparer.Ordinal);
            Assert.All(chart.Pods, pod => Assert.All(Secrets(pod), secret => Assert.True(made.Contains(secret) || named.Contains(secret), $"{chart.ValueSet}: {pod}: {secret}")));
        }
    }

    /// <summary>Roots and client certificates are where they belong: Crypto has neither, and no service has another's.</summary>
    [Fact]
    public void Secrets_OfEachService_AreItsOwn()
    {
        var chart = charts.Of("cert-manager");
        Assert.Equal(["dkm-access-root", "dkm-access-tls", "dkm-etcd-access-tls"], Secrets(chart.Pod("access")).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(["dkm-etcd-keyring-tls", "dkm-keyring-root", "dkm-keyring-tls"], Secrets(chart.Pod("keyring")).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(["dkm-crypto-tls"], Secrets(chart.Pod("crypto")).Distinct());
        Assert.Equal(["dkm-etcd-member-tls", "dkm-etcd-peer-tls"], Secrets(chart.Pod("etcd")).Distinct().Order(StringComparer.Ordinal));
    }

    private static IEnumerable<CustomObjects.Certificate> Leaves(RenderedChart chart) => chart.All<CustomObjects.Certificate>().Where(one => !one.Spec!.IsCA);

    private static IEnumerable<string> Secrets(RenderedPod pod) => pod.Spec.Volumes
        .SelectMany(volume => (volume.Projected?.Sources.Select(source => source.Secret?.Name) ?? []).Append(volume.Secret?.SecretName)).OfType<string>();

    [GeneratedRegex("[a-z0-9-]+")]
    private static partial Regex Words();
}
