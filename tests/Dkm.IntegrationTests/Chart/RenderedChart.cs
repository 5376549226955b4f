namespace Dkm.IntegrationTests.Chart;

using System.Collections.Generic;
using System.Linq;
using k8s;
using k8s.Models;

/// <summary>The objects that the chart makes of one value set, read into typed models: an unknown field, a wrong type or a key that stands twice is an error.</summary>
public sealed class RenderedChart
{
    public RenderedChart(string valueSet, string text)
    {
        ValueSet = valueSet;
        Objects = [.. text.Split("\n---\n").Where(HasContent).SelectMany(one => KubernetesYaml.LoadAllFromString(one, CustomObjects.Types, strict: true))];
        Pods = [.. Templates()];
    }

    public string ValueSet { get; }

    public bool IsDevelopment => ValueSet == "development";

    public IReadOnlyList<object> Objects { get; }

    public IReadOnlyList<RenderedPod> Pods { get; }

    public IEnumerable<T> All<T>() => Objects.OfType<T>();

    public RenderedPod Pod(string component) => Pods.First(pod => pod.Component == component);

    private static bool HasContent(string document) => document.Split('\n').Any(line => line.Length > 0 && line[0] != '#' && line != "---");

    private IEnumerable<RenderedPod> Templates() =>
        All<V1StatefulSet>().Select(one => new RenderedPod(one.Metadata, one.Spec.Template, one.Spec.Selector, one.Spec.Replicas))
            .Concat(All<V1Deployment>().Select(one => new RenderedPod(one.Metadata, one.Spec.Template, one.Spec.Selector, one.Spec.Replicas)))
            .Concat(All<V1Job>().Select(one => new RenderedPod(one.Metadata, one.Spec.Template, null, null)))
            .Concat(All<V1CronJob>().Select(one => new RenderedPod(one.Metadata, one.Spec.JobTemplate.Spec.Template, null, null)));
}
