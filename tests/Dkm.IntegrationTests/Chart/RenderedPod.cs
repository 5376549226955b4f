namespace Dkm.IntegrationTests.Chart;

using System.Collections.Generic;
using System.Linq;
using k8s.Models;

/// <summary>A pod's template, and of a workload that keeps running its selector and replicas.</summary>
/// <param name="Owner">Of the workload.</param>
/// <param name="Template">What its pods are made from.</param>
/// <param name="Selector">Null for jobs.</param>
/// <param name="Replicas">Null for jobs, and where something else counts.</param>
public sealed record RenderedPod(V1ObjectMeta Owner, V1PodTemplateSpec Template, V1LabelSelector? Selector, int? Replicas)
{
    public string Component => Template.Metadata.Labels["app.kubernetes.io/component"];

    public IDictionary<string, string> Labels => Template.Metadata.Labels;

    public V1PodSpec Spec => Template.Spec;

    public IEnumerable<V1Container> Containers => (Spec.InitContainers ?? []).Concat(Spec.Containers);

    public bool Has(IDictionary<string, string>? labels) =>
        labels is { Count: > 0 } && labels.All(label => Labels.TryGetValue(label.Key, out var value) && value == label.Value);

    public override string ToString() => $"{Owner.Name} ({Component})";
}
