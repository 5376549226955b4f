namespace Dkm.IntegrationTests.Chart;

using System;
using System.Globalization;
using System.Linq;
using k8s;
using k8s.Models;
using Xunit;

/// <summary>What belongs together fits together, and an upgrade changes nothing that cannot be changed.</summary>
[Collection(ChartCollection.Name)]
public sealed class ChartWorkloadTests(ChartFixture charts)
{
    private static readonly string[] Selecting = ["app.kubernetes.io/component", "app.kubernetes.io/instance", "app.kubernetes.io/name"];

    [Fact]
    public void Objects_AllOfThem_HaveHelmsLabelsAndOneNameEach()
    {
        foreach (var chart in charts.All)
        {
            var metadata = chart.Objects.Select(one => (one.GetType(), Metadata: Metadata(one))).ToList();
            Assert.All(metadata, one => Assert.All(
                Selecting.Concat(["app.kubernetes.io/managed-by", "app.kubernetes.io/version", "helm.sh/chart", "app.kubernetes.io/part-of"]),
                label => Assert.Contains(label, one.Metadata.Labels.Keys)));
            Assert.Equal(metadata.Count, metadata.Select(one => (one.Item1, one.Metadata.Name)).Distinct().Count());
            Assert.All(metadata, one => Assert.True(one.Metadata.NamespaceProperty is null or Helm.Namespace && one.Metadata.Name.Length <= 63, one.Metadata.Name));
        }
    }

    /// <summary>Secrets are made by cert-manager or by hand; the chart has the names alone.</summary>
    [Fact]
    public void Objects_AllOfThem_HoldNoSecret() => Assert.All(charts.All, chart => Assert.Empty(chart.All<V1Secret>()));

    /// <summary>Selectors and claims of a StatefulSet are immutable: a label that changes with the version would make the next upgrade fail.</summary>
    [Fact]
    public void Workloads_WhatCannotBeChanged_DoesNotChangeWithTheVersion()
    {
        foreach (var pod in charts.All.SelectMany(chart => chart.Pods).Where(pod => pod.Selector is not null))
        {
            Assert.Equal(Selecting, pod.Selector!.MatchLabels.Keys.Order(StringComparer.Ordinal));
            Assert.Null(pod.Selector.MatchExpressions);
            Assert.True(pod.Has(pod.Selector.MatchLabels), pod.ToString());
        }

        Assert.All(
            charts.All.SelectMany(chart => chart.All<V1StatefulSet>()).SelectMany(one => one.Spec.VolumeClaimTemplates),
            claim => Assert.Equal(Selecting, claim.Metadata.Labels.Keys.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void StatefulSets_EachOfThem_KeepTheirVolumesAndHaveAHeadlessService()
    {
        foreach (var (chart, set) in charts.All.SelectMany(chart => chart.All<V1StatefulSet>().Select(set => (chart, set))))
        {
            var service = chart.All<V1Service>().Single(one => one.Metadata.Name == set.Spec.ServiceName);
            Assert.True(service.Spec is { ClusterIP: "None", PublishNotReadyAddresses: true });
            Assert.Equal(set.Spec.Selector.MatchLabels, service.Spec.Selector);
            Assert.Equal(("Retain", "Retain"), (set.Spec.PersistentVolumeClaimRetentionPolicy.WhenDeleted, set.Spec.PersistentVolumeClaimRetentionPolicy.WhenScaled));
            Assert.Equal(("RollingUpdate", "Parallel"), (set.Spec.UpdateStrategy.Type, set.Spec.PodManagementPolicy));
            Assert.Contains(set.Spec.VolumeClaimTemplates, claim => set.Spec.Template.Spec.Containers[0].VolumeMounts.Any(mount => mount.Name == claim.Metadata.Name));
        }
    }

    [Fact]
    public void Services_EachOfThem_SelectOneWorkloadThatHasTheirPorts()
    {
        foreach (var (chart, service) in charts.All.SelectMany(chart => chart.All<V1Service>().Select(service => (chart, service))))
        {
            var pod = Assert.Single(chart.Pods, pod => pod.Has(service.Spec.Selector));
            var open = pod.Containers.SelectMany(container => container.Ports).ToDictionary(port => port.Name, port => port.ContainerPort, StringComparer.Ordinal);
            Assert.All(service.Spec.Ports, port => Assert.Equal(port.Port, open[port.TargetPort.Value]));

            // One connection to a virtual address would stay with one replica; and nothing is offered outside the cluster.
            Assert.True(service.Spec.ClusterIP == "None" || (pod.Component == "etcd" && service.Spec.Type == "ClusterIP"), service.Metadata.Name);
        }
    }

    [Fact]
    public void ServiceMonitor_OfEtcd_FindsThePortOfTheMetrics()
    {
        var chart = charts.Of("everything");
        var monitor = Assert.Single(chart.All<CustomObjects.ServiceMonitor>()).Spec!;
        var services = chart.All<V1Service>().Where(service => monitor.Selector.MatchLabels.All(label => service.Metadata.Labels.Contains(label)));
        Assert.Equal(2381, Assert.Single(services.SelectMany(service => service.Spec.Ports), port => port.Name == Assert.Single(monitor.Endpoints).Port).Port);
    }

    [Fact]
    public void DisruptionBudgets_EachOfThem_LeaveOneOfEveryWorkload()
    {
        foreach (var chart in charts.All)
        {
            var running = chart.Pods.Where(pod => pod.Selector is not null).ToList();
            var budgets = chart.All<V1PodDisruptionBudget>().ToList();
            Assert.Equal(running.Count, budgets.Count);
            Assert.All(running, pod => Assert.Single(budgets, budget => budget.Spec.Selector.MatchLabels.ToHashSet().SetEquals(pod.Selector!.MatchLabels)));
            Assert.All(budgets, budget => Assert.Equal("1", budget.Spec.MaxUnavailable.Value));
            Assert.All(running, pod => Assert.True(chart.IsDevelopment || pod.Replicas is null or >= 2, pod.ToString()));
        }
    }

    [Fact]
    public void Crypto_Update_TakesNoReplicaAwayBeforeAnotherIsReady()
    {
        foreach (var deployment in charts.All.SelectMany(chart => chart.All<V1Deployment>()))
        {
            Assert.Equal("0", deployment.Spec.Strategy.RollingUpdate.MaxUnavailable.Value);
            Assert.True(int.Parse(deployment.Spec.Strategy.RollingUpdate.MaxSurge.Value, CultureInfo.InvariantCulture) > 0);
        }
    }

    /// <summary>With a count in both places each upgrade would undo what the autoscaler did.</summary>
    [Fact]
    public void Crypto_Autoscaled_HasNoReplicasOfItsOwn()
    {
        var chart = charts.Of("everything");
        var scaler = Assert.Single(chart.All<V2HorizontalPodAutoscaler>());
        var deployment = Assert.Single(chart.All<V1Deployment>());
        Assert.Equal(("Deployment", deployment.Metadata.Name), (scaler.Spec.ScaleTargetRef.Kind, scaler.Spec.ScaleTargetRef.Name));
        Assert.Null(deployment.Spec.Replicas);
        Assert.True(scaler.Spec.MinReplicas >= 2 && scaler.Spec.MaxReplicas > scaler.Spec.MinReplicas);
    }

    [Fact]
    public void Workloads_EachOfThem_AreSpreadOverNodesAndZones()
    {
        foreach (var pod in charts.All.SelectMany(chart => chart.Pods).Where(pod => pod.Selector is not null))
        {
            var anti = pod.Spec.Affinity.PodAntiAffinity;
            var terms = (anti.RequiredDuringSchedulingIgnoredDuringExecution ?? []).Concat((anti.PreferredDuringSchedulingIgnoredDuringExecution ?? []).Select(one => one.PodAffinityTerm));
            var term = Assert.Single(terms);
            Assert.Equal("kubernetes.io/hostname", term.TopologyKey);
            Assert.Equal(pod.Selector!.MatchLabels, term.LabelSelector.MatchLabels);
            Assert.Equal(pod.Selector.MatchLabels, Assert.Single(pod.Spec.TopologySpreadConstraints).LabelSelector.MatchLabels);
        }

        Assert.NotEmpty(charts.Of("cert-manager").Pod("etcd").Spec.Affinity.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution);
    }

    private static V1ObjectMeta Metadata(object one) =>
        one is IKubernetesObject<V1ObjectMeta> known ? known.Metadata : (V1ObjectMeta)one.GetType().GetProperty("Metadata")!.GetValue(one)!;
}
