namespace Dkm.IntegrationTests.Chart;

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using Dkm.IntegrationTests.Cli;
using Dkm.IntegrationTests.Crypto;
using Dkm.KeyRing.V1;
using Dkm.Testing.Certificates;
using k8s.Models;
using Xunit;

/// <summary>What <c>helm test</c> runs, without its Kubernetes: the job's containers one after the other, with their arguments, variables and files, against running services.</summary>
[Collection(ChartCollection.Name)]
[Trait("Binaries", "published")]
public sealed class ChartRoundTripTests(ChartFixture charts, DkmFixture dkm) : IClassFixture<DkmFixture>
{
    [Fact]
    public async Task HelmTest_OnARingThatItsIdentityMayUse_OpensWhatItSealed()
    {
        var folder = Directory.CreateTempSubdirectory("dkm-chart-");
        try
        {
            var chart = charts.Of("everything");
            var job = chart.Pod("test");
            await dkm.MakeRingAsync("test/helm", null, ("workers", [Permission.Encrypt, Permission.Decrypt]));
            var mounts = job.Spec.Volumes.ToDictionary(volume => volume.Name, volume => folder.CreateSubdirectory(volume.Name).FullName, StringComparer.Ordinal);
            Mount(chart, Assert.Single(job.Spec.Volumes, volume => volume.Projected is not null), mounts);

            CommandResult? last = null;
            foreach (var container in job.Containers)
            {
                string Within(string text) => container.VolumeMounts.Aggregate(text, (so, mount) => so.Replace(mount.MountPath, mounts[mount.Name], StringComparison.Ordinal));
                last = await ChildProcess.RunAsync(
                    Binaries.Find("dkm"), container.Args.Select(Within), container.Env.ToDictionary(one => one.Name, one => Within(one.Value), StringComparer.Ordinal), folder: folder.FullName);
                Assert.True(last.ExitCode == 0, $"{container.Name}: {last.Error}");
            }

            Assert.Equal("protected and unprotected by helm test", last!.Output.TrimEnd());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The volume as the kubelet would make it, of certificates that are known here and services that are where they are here.</summary>
    private void Mount(RenderedChart chart, V1Volume volume, Dictionary<string, string> mounts)
    {
        var identity = Path.GetDirectoryName(dkm.Identity(DkmFixture.Worker).CertificateFile)!;
        var map = chart.All<V1ConfigMap>().Single(one => volume.Projected.Sources.Any(source => source.ConfigMap?.Name == one.Metadata.Name));
        foreach (var (name, text) in map.Data)
        {
            var here = text.Replace("example.org", TestPki.TrustDomain, StringComparison.Ordinal)
                .Replace("https://keys-crypto.dkm.svc.cluster.local:8443", DkmFixture.AddressOf(dkm.Crypto).ToString(), StringComparison.Ordinal);
            File.WriteAllText(Path.Combine(mounts[volume.Name], name), here, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        }

        foreach (var item in volume.Projected.Sources.SelectMany(source => source.Secret?.Items ?? source.ConfigMap?.Items ?? []))
        {
            var file = Path.Combine(mounts[volume.Name], item.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.Copy(Path.Combine(identity, Path.GetFileName(item.Path)), file);
        }
    }
}
