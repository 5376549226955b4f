namespace Dkm.IntegrationTests.Chart;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using k8s.Models;

/// <summary>Somebody in the network: a pod of the chart, or one of those outside, and what Kubernetes' network policies let through between two of them.</summary>
/// <param name="Name">Short, for messages.</param>
/// <param name="Labels">Of the pod.</param>
/// <param name="Namespace">Labels of its namespace; null outside the cluster.</param>
/// <param name="Address">Null for pods.</param>
public sealed record Party(string Name, IDictionary<string, string> Labels, IDictionary<string, string>? Namespace, IPAddress? Address = null)
{
    /// <summary>Whether this party may connect: its policies let it out, and the other's let it in.</summary>
    public bool Reaches(Party other, int port, string protocol, IReadOnlyList<V1NetworkPolicy> policies)
    {
        var outgoing = Selecting(policies, "Egress").ToList();
        var incoming = other.Selecting(policies, "Ingress").ToList();
        return (outgoing.Count == 0 || outgoing.Any(policy => (policy.Spec.Egress ?? []).Any(rule => AnyPort(rule.Ports, port, protocol) && AnyPeer(rule.To, other))))
            && (incoming.Count == 0 || incoming.Any(policy => (policy.Spec.Ingress ?? []).Any(rule => AnyPort(rule.Ports, port, protocol) && AnyPeer(rule.FromProperty, this))));
    }

    private static bool IsOurs(IDictionary<string, string>? labels) => labels?.TryGetValue("kubernetes.io/metadata.name", out var name) == true && name == Helm.Namespace;

    private static bool AnyPort(IList<V1NetworkPolicyPort>? ports, int port, string protocol) =>
        ports is not { Count: > 0 } || ports.Any(one => one.Port.Value == port.ToString(System.Globalization.CultureInfo.InvariantCulture) && one.Protocol == protocol);

    /// <summary>No peers are all peers.</summary>
    private static bool AnyPeer(IList<V1NetworkPolicyPeer>? peers, Party party) => peers is not { Count: > 0 } || peers.Any(peer => peer.IpBlock is { } block
        ? party.Address is { } address && IPNetwork.Parse(block.Cidr).Contains(address)
        : party.Namespace is not null
            && (peer.NamespaceSelector is { } space ? Matches(space, party.Namespace) : IsOurs(party.Namespace))
            && (peer.PodSelector is not { } pods || Matches(pods, party.Labels)));

    private static bool Matches(V1LabelSelector selector, IDictionary<string, string> labels)
    {
        if (selector.MatchExpressions is { Count: > 0 })
        {
            throw new NotSupportedException("the chart's policies have no expressions");
        }

        return (selector.MatchLabels ?? new Dictionary<string, string>()).All(label => labels.TryGetValue(label.Key, out var value) && value == label.Value);
    }

    private IEnumerable<V1NetworkPolicy> Selecting(IReadOnlyList<V1NetworkPolicy> policies, string type) =>
        IsOurs(Namespace) ? policies.Where(policy => policy.Spec.PolicyTypes.Contains(type) && Matches(policy.Spec.PodSelector, Labels)) : [];
}
