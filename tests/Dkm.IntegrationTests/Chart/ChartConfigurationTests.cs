namespace Dkm.IntegrationTests.Chart;

using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using Dkm.Access;
using Dkm.Crypto;
using Dkm.Hosting.Configuration;
using Dkm.KeyRing;
using k8s.Models;
using Xunit;

/// <summary>What the chart tells a service is what the service reads: its own readers take the rendered variables, and an unknown key or a value that is none is their mistake.</summary>
[Collection(ChartCollection.Name)]
public sealed class ChartConfigurationTests(ChartFixture charts)
{
    [Fact]
    public void Environment_OfEachService_IsTakenByItsReader()
    {
        foreach (var chart in charts.All)
        {
            var host = chart.ValueSet == "existing-secrets" ? "svc.k8s.example.org" : "svc.cluster.local";
            var access = Read(chart, "access", AccessOptionsReader.Read);
            var keyring = Read(chart, "keyring", KeyRingOptionsReader.Read);
            var crypto = Read(chart, "crypto", CryptoOptionsReader.Read);

            Assert.True(access is { StateDirectory: not null, RootGroupMayRead: true, Etcd: not null } && keyring is { StateDirectory: not null, RootGroupMayRead: true, Etcd: not null });
            Assert.All([access.Server, keyring.Server, crypto.Server], server =>
            {
                Assert.Equal((8443, 8081, chart.IsDevelopment), (server.Listen.Port, server.Health!.Port, server.Development));
                Assert.Equal(chart.IsDevelopment ? "dkm.local" : "example.org", server.Trust.TrustDomain);
                Assert.True(server.Trust is { WorkloadCaFile: not null, HumanCaFile: not null });
            });
            Assert.Equal(chart.IsDevelopment ? 1 : 2, access.FirstAdministrators.Count);
            Assert.Equal(
                [$"{ServiceName(chart, "access")}.{Helm.Namespace}.{host}", $"{ServiceName(chart, "access")}.{Helm.Namespace}.{host}", $"{ServiceName(chart, "keyring")}.{Helm.Namespace}.{host}"],
                new[] { keyring.Access, crypto.Access, crypto.KeyRing }.Select(addresses => Assert.Single(addresses).Host));
        }
    }

    [Fact]
    public void Config_OfTheValues_ArrivesInTheOptions()
    {
        var chart = charts.Of("everything");
        Assert.Equal(20_000, Read(chart, "access", AccessOptionsReader.Read).Server.Limits.Connections);
        Assert.Equal(TimeSpan.FromDays(14), Read(chart, "keyring", KeyRingOptionsReader.Read).Installation.MinimumDestroyDelay);
        Assert.Equal(TimeSpan.FromMinutes(5), Read(chart, "crypto", CryptoOptionsReader.Read).Server.Limits.StreamIdle);
        Assert.NotNull(Read(chart, "crypto", CryptoOptionsReader.Read).Server.OtlpEndpoint);
    }

    /// <summary>Each path that a service or etcd is told lies in a volume, and where the volume names its files, it is one of them.</summary>
    [Fact]
    public void Paths_InEveryContainer_AreMounted()
    {
        foreach (var (chart, pod, container) in charts.All.SelectMany(chart => chart.Pods.SelectMany(pod => pod.Containers.Select(container => (chart, pod, container)))))
        {
            var paths = (container.Env ?? []).Select(variable => variable.Value).Concat((container.Args ?? []).Select(argument => argument.Split('=')[^1]))
                .Where(value => value?.StartsWith("/var/", StringComparison.Ordinal) == true);
            foreach (var path in paths)
            {
                var mount = Assert.Single(container.VolumeMounts, mount => path.StartsWith(mount.MountPath + "/", StringComparison.Ordinal));
                var volume = pod.Spec.Volumes.SingleOrDefault(volume => volume.Name == mount.Name);
                var file = path[(mount.MountPath.Length + 1)..];
                Assert.True(volume is not null || chart.All<V1StatefulSet>().Any(set => set.Spec.VolumeClaimTemplates.Any(claim => claim.Metadata.Name == mount.Name)), path);
                Assert.True(volume is null || Files(volume) is not { } files || files.Contains(file), $"{chart.ValueSet}: {pod}: {path}");
                Assert.Equal(volume is not null, mount.ReadOnlyProperty == true);
                Assert.Null(mount.SubPath);
            }

            Assert.All(pod.Spec.Volumes.Where(volume => volume.Secret is not null || volume.Projected is not null), volume => Assert.Equal(288, volume.Secret?.DefaultMode ?? volume.Projected.DefaultMode)); // 0440
        }
    }

    private static HashSet<string>? Files(V1Volume volume) =>
        volume.Secret?.Items is { Count: > 0 } items ? [.. items.Select(item => item.Path)]
        : volume.Projected is { } projected ? [.. projected.Sources.SelectMany(source => (source.Secret?.Items ?? []).Concat(source.ConfigMap?.Items ?? [])).Select(item => item.Path)]
        : null;

    private static T Read<T>(RenderedChart chart, string component, Func<StrictConfiguration, T> read)
    {
        var environment = new Hashtable();
        foreach (var variable in Assert.Single(chart.Pod(component).Containers).Env)
        {
            // Files have to be there; that the paths are those of the volumes is another test's matter.
            environment.Add(variable.Name, variable.Value.StartsWith("/var/run/", StringComparison.Ordinal) ? typeof(ChartConfigurationTests).Assembly.Location : variable.Value);
        }

        return StrictConfiguration.Bind([], environment, read);
    }

    private static string ServiceName(RenderedChart chart, string component) => chart.All<V1Service>()
        .Single(service => chart.Pod(component).Has(service.Spec.Selector) && service.Spec.PublishNotReadyAddresses != true).Metadata.Name;
}
