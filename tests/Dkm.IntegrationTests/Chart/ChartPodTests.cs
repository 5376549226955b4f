namespace Dkm.IntegrationTests.Chart;

using System;
using System.Linq;
using k8s.Models;
using Xunit;

/// <summary>Every pod of every value set: Kubernetes' pod security standard "restricted", and what we ask besides.</summary>
[Collection(ChartCollection.Name)]
public sealed class ChartPodTests(ChartFixture charts)
{
    [Fact]
    public void Pods_AllOfThem_AreRestricted() => AssertEach((_, pod) =>
    {
        var context = pod.Spec.SecurityContext;
        Assert.True(context.RunAsNonRoot);
        Assert.True(context.RunAsUser > 0 && context.RunAsGroup > 0 && context.FsGroup > 0);
        Assert.Equal("RuntimeDefault", context.SeccompProfile.Type);
        Assert.True(pod.Spec is { HostNetwork: null, HostPID: null, HostIPC: null });
        Assert.All(pod.Spec.Volumes, volume => Assert.True(
            volume.ConfigMap is not null || volume.Secret is not null || volume.Projected is not null || volume.EmptyDir is not null || volume.PersistentVolumeClaim is not null,
            volume.Name));
    });

    [Fact]
    public void Containers_AllOfThem_HaveNothingToEscalateWith() => AssertEachContainer(container =>
    {
        var context = container.SecurityContext;
        Assert.True(context is { AllowPrivilegeEscalation: false, ReadOnlyRootFilesystem: true, RunAsNonRoot: true, Privileged: null, RunAsUser: null });
        Assert.Equal(["ALL"], context.Capabilities.Drop);
        Assert.Null(context.Capabilities.Add);
        Assert.All(container.Ports ?? [], port => Assert.Null(port.HostPort));
    });

    [Fact]
    public void Containers_AllOfThem_HaveAVersionAndLimits() => AssertEachContainer(container =>
    {
        var tag = container.Image.Split('/')[^1].Split('@')[0].Split(':');
        Assert.True(tag is [_, { Length: > 0 } version] && version != "latest", container.Image);
        foreach (var resource in new[] { "cpu", "memory" })
        {
            Assert.Contains(resource, container.Resources.Requests.Keys);
            Assert.Contains(resource, container.Resources.Limits.Keys);
        }
    });

    [Fact]
    public void Pods_AllOfThem_HaveAnAccountOfTheirOwnWithoutAToken() => AssertEach((chart, pod) =>
    {
        Assert.True(pod.Spec is { AutomountServiceAccountToken: false, EnableServiceLinks: false });
        var account = chart.All<V1ServiceAccount>().SingleOrDefault(one => one.Metadata.Name == pod.Spec.ServiceAccountName);
        Assert.True(account?.AutomountServiceAccountToken == false || Helm.ValuesText(chart.ValueSet).Contains($"name: {pod.Spec.ServiceAccountName}", StringComparison.Ordinal), pod.Spec.ServiceAccountName);
        Assert.True(chart.Pods.Where(other => other.Spec.ServiceAccountName == pod.Spec.ServiceAccountName).All(other => other.Component.Split('-')[0] == pod.Component.Split('-')[0]));
    });

    [Fact]
    public void Services_AllThree_AreProbedByPlainHttpOn8081()
    {
        foreach (var container in charts.All.SelectMany(chart => new[] { "access", "keyring", "crypto" }.Select(name => Assert.Single(chart.Pod(name).Containers))))
        {
            Assert.Equal(("/healthz", 8081), Probe(container, container.StartupProbe));
            Assert.Equal(("/healthz", 8081), Probe(container, container.LivenessProbe));
            Assert.Equal(("/readyz", 8081), Probe(container, container.ReadinessProbe));
            Assert.Contains(container.Env, variable => variable is { Name: "DOTNET_EnableDiagnostics", Value: "0" });
        }
    }

    /// <summary>Longer than it takes until nobody is sent there any more, and time to end what is under way.</summary>
    [Fact]
    public void Services_AllThree_StopAfterTheirAddressIsGone()
    {
        foreach (var pod in charts.All.SelectMany(chart => new[] { "access", "keyring", "crypto" }.Select(chart.Pod)))
        {
            var pause = Assert.Single(pod.Spec.Containers).Lifecycle.PreStop.Sleep.Seconds;
            Assert.InRange(pause, 15, pod.Spec.TerminationGracePeriodSeconds!.Value - 5);
        }
    }

    private static (string Path, int Port) Probe(V1Container container, V1Probe probe)
    {
        Assert.Null(probe.Grpc);
        Assert.NotEqual("HTTPS", probe.HttpGet.Scheme);
        return (probe.HttpGet.Path, container.Ports.Single(port => port.Name == probe.HttpGet.Port.Value).ContainerPort);
    }

    private void AssertEach(Action<RenderedChart, RenderedPod> assert)
    {
        Assert.NotEmpty(charts.All);
        Assert.All(charts.All.SelectMany(chart => chart.Pods.Select(pod => (chart, pod))), one => assert(one.chart, one.pod));
    }

    private void AssertEachContainer(Action<V1Container> assert) => AssertEach((_, pod) => Assert.All(pod.Containers, assert));
}
