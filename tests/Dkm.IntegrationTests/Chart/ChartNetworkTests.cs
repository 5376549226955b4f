namespace Dkm.IntegrationTests.Chart;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using k8s.Models;
using Xunit;

/// <summary>The network policies, worked out for every pair and every port: the arrows of the picture, and none more.</summary>
[Collection(ChartCollection.Name)]
public sealed class ChartNetworkTests(ChartFixture charts)
{
    private static readonly int[] Ports = [53, 443, 2379, 2380, 2381, 4317, 8081, 8443];

    private static readonly string[] Services = ["keyring > access 8443", "crypto > access 8443", "crypto > keyring 8443", "caller > keyring 8443", "caller > crypto 8443"];

    private static readonly string[] OwnEtcd = ["access > etcd 2379", "keyring > etcd 2379", "etcd > etcd 2380", "etcd-setup > etcd 2379"];

    private static readonly Dictionary<string, string[]> Expected = new(StringComparer.Ordinal)
    {
        ["cert-manager"] = [.. Services, .. OwnEtcd, "etcd-snapshot > etcd 2379"],
        ["development"] = [.. Services, .. OwnEtcd],
        ["existing-secrets"] = [.. Services, "access > external 2379", "keyring > external 2379"],
        ["everything"] =
        [
            .. Services, .. OwnEtcd, "etcd-snapshot > etcd 2379", "test > crypto 8443",
            "admin > access 8443", "admin > keyring 8443", "admin > crypto 8443",
            "access > collector 4317", "keyring > collector 4317", "crypto > collector 4317", "monitoring > etcd 2381",
        ],
    };

    [Fact]
    public void Policies_OfEachValueSet_AllowTheArrowsAndNoneMore()
    {
        Assert.Equal(Expected.Keys.Order(StringComparer.Ordinal), charts.All.Select(chart => chart.ValueSet).Order(StringComparer.Ordinal));
        foreach (var chart in charts.All)
        {
            var names = Ours(chart).Select(party => $"{party.Name} > dns 53");
            Assert.Equal(Expected[chart.ValueSet].Concat(names).Order(StringComparer.Ordinal), Arrows(chart).Order(StringComparer.Ordinal));
        }
    }

    /// <summary>A pod that no policy selects may do anything.</summary>
    [Fact]
    public void Policies_OfEachPod_CloseBothDirections() => Assert.All(charts.All.SelectMany(chart => chart.Pods.Select(pod => (chart, pod))), one =>
        Assert.Equal(["Egress", "Ingress"], one.chart.All<V1NetworkPolicy>().Where(policy => one.pod.Has(policy.Spec.PodSelector.MatchLabels)).SelectMany(policy => policy.Spec.PolicyTypes).Order(StringComparer.Ordinal)));

    private static IEnumerable<string> Arrows(RenderedChart chart)
    {
        var policies = chart.All<V1NetworkPolicy>().ToList();
        var ours = Ours(chart).ToList();
        Party[] others =
        [
            Outside("caller", ("dkm-caller", "true")), Outside("admin", ("kubernetes.io/metadata.name", "dkm-admin")), Outside("stranger", ("kubernetes.io/metadata.name", "default")),
            Outside("monitoring", ("kubernetes.io/metadata.name", "monitoring")), Outside("collector", ("kubernetes.io/metadata.name", "telemetry")),
            Outside("dns", ("kubernetes.io/metadata.name", "kube-system")) with { Labels = Of(("k8s-app", "kube-dns")) },
            new("neighbour", Of(("app", "x")), Of(("kubernetes.io/metadata.name", Helm.Namespace))),
            new("external", Of(), null, IPAddress.Parse("10.1.2.3")), new("internet", Of(), null, IPAddress.Parse("198.51.100.7")),
        ];
        return from pair in ours.SelectMany(mine => ours.Concat(others).Select(other => (From: mine, To: other))).Concat(others.SelectMany(other => ours.Select(mine => (From: other, To: mine))))
               from port in Ports
               where pair.From.Reaches(pair.To, port, "TCP", policies)
               select $"{pair.From.Name} > {pair.To.Name} {port}";
    }

    private static IEnumerable<Party> Ours(RenderedChart chart) =>
        chart.Pods.DistinctBy(pod => pod.Component).Select(pod => new Party(pod.Component, pod.Labels, Of(("kubernetes.io/metadata.name", Helm.Namespace))));

    private static Party Outside(string name, (string, string) space) => new(name, Of(("app", name)), Of(space));

    private static Dictionary<string, string> Of(params (string Key, string Value)[] labels) => labels.ToDictionary(label => label.Key, label => label.Value, StringComparer.Ordinal);
}
