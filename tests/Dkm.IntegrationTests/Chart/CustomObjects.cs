namespace Dkm.IntegrationTests.Chart;

using System;
using System.Collections.Generic;
using k8s.Models;

/// <summary>
/// The fields that the chart uses of what is not Kubernetes' own, as their definitions (CRDs) have them: cert-manager.io/v1, policy.cert-manager.io/v1alpha1 and
/// monitoring.coreos.com/v1. A field that is not here is refused like one that does not exist.
/// </summary>
public static class CustomObjects
{
    public static IDictionary<string, Type> Types => new Dictionary<string, Type>(StringComparer.Ordinal)
    {
        ["cert-manager.io/v1/Certificate"] = typeof(Certificate),
        ["cert-manager.io/v1/Issuer"] = typeof(Issuer),
        ["policy.cert-manager.io/v1alpha1/CertificateRequestPolicy"] = typeof(CertificateRequestPolicy),
        ["monitoring.coreos.com/v1/ServiceMonitor"] = typeof(ServiceMonitor),
    };

    public record CustomObject<TSpec>
    {
        public string? ApiVersion { get; init; }

        public string? Kind { get; init; }

        public V1ObjectMeta Metadata { get; init; } = new();

        public TSpec? Spec { get; init; }
    }

    public sealed record Certificate : CustomObject<CertificateSpec>;

    public sealed record Issuer : CustomObject<IssuerSpec>;

    public sealed record CertificateRequestPolicy : CustomObject<PolicySpec>;

    public sealed record ServiceMonitor : CustomObject<ServiceMonitorSpec>;

    public sealed record CertificateSpec
    {
        public string SecretName { get; init; } = string.Empty;

        public bool IsCA { get; init; }

        public string? CommonName { get; init; }

        public List<string> Uris { get; init; } = [];

        public List<string> DnsNames { get; init; } = [];

        public string? Duration { get; init; }

        public string? RenewBefore { get; init; }

        public List<string> Usages { get; init; } = [];

        public PrivateKeySpec PrivateKey { get; init; } = new();

        public int? RevisionHistoryLimit { get; init; }

        public IssuerReference IssuerRef { get; init; } = new();
    }

    public sealed record PrivateKeySpec
    {
        public string? Algorithm { get; init; }

        public int? Size { get; init; }

        public string? Encoding { get; init; }

        public string? RotationPolicy { get; init; }
    }

    public sealed record IssuerReference
    {
        public string Name { get; init; } = string.Empty;

        public string Kind { get; init; } = string.Empty;

        public string Group { get; init; } = string.Empty;
    }

    public sealed record IssuerSpec
    {
        public Dictionary<string, string>? SelfSigned { get; init; }

        public CaIssuer? Ca { get; init; }
    }

    public sealed record CaIssuer
    {
        public string SecretName { get; init; } = string.Empty;
    }

    public sealed record PolicySpec
    {
        public PolicySelector Selector { get; init; } = new();

        public PolicyAllowed Allowed { get; init; } = new();

        public PolicyConstraints? Constraints { get; init; }
    }

    public sealed record PolicySelector
    {
        public IssuerReference IssuerRef { get; init; } = new();

        public PolicyNamespaces? Namespace { get; init; }
    }

    public sealed record PolicyNamespaces
    {
        public List<string> MatchNames { get; init; } = [];
    }

    public sealed record PolicyAllowed
    {
        public bool IsCA { get; init; }

        public List<string> Usages { get; init; } = [];

        public PolicyText? CommonName { get; init; }

        public PolicyTexts? Uris { get; init; }

        public PolicyTexts? DnsNames { get; init; }
    }

    public sealed record PolicyText
    {
        public string? Value { get; init; }

        public bool Required { get; init; }
    }

    public sealed record PolicyTexts
    {
        public List<string> Values { get; init; } = [];

        public bool Required { get; init; }

        public List<PolicyRule> Validations { get; init; } = [];
    }

    public sealed record PolicyRule
    {
        public string Rule { get; init; } = string.Empty;

        public string? Message { get; init; }
    }

    public sealed record PolicyConstraints
    {
        public string? MaxDuration { get; init; }

        public PolicyPrivateKey? PrivateKey { get; init; }
    }

    public sealed record PolicyPrivateKey
    {
        public string? Algorithm { get; init; }

        public int? MinSize { get; init; }
    }

    public sealed record ServiceMonitorSpec
    {
        public V1LabelSelector Selector { get; init; } = new();

        public List<MonitoredEndpoint> Endpoints { get; init; } = [];
    }

    public sealed record MonitoredEndpoint
    {
        public string? Port { get; init; }

        public string? Interval { get; init; }
    }
}
