namespace Dkm.Cli.Doctor.Rules;

using System;
using System.Collections.Generic;
using System.Linq;
using Dkm.Cli.Output;
using Dkm.Cli.Parsing;
using Dkm.Status.V1;

/// <summary>Certificates that end soon: those that replicas show their callers, and those that they show etcd.</summary>
internal static class CertificateRule
{
    private const string Name = "certificate";

    private static readonly TimeSpan Soon = TimeSpan.FromDays(7);

    /// <summary>Less than a week, and less than a fifth of its time: one that lives for a day is renewed every day.</summary>
    public static bool EndsSoon(DateTimeOffset start, DateTimeOffset end, DateTimeOffset now) => end - now < Soon && (end - now) * 5 < end - start;

    public static IEnumerable<CheckResult> Judge(IReadOnlyList<ReplicaFacts> replicas, DateTimeOffset now)
    {
        var certificates = replicas
            .Where(replica => replica.Status is not null)
            .SelectMany(replica => new[] { (replica.Who, replica.Status!.Certificate), ($"{replica.Who} towards etcd", replica.Status.Store?.Certificate) })
            .Where(certificate => certificate.Item2 is { StartTime: not null, ExpireTime: not null })
            .ToList();
        var findings = certificates.Select(certificate => Judge(certificate.Item1, certificate.Item2!, now)).OfType<CheckResult>().ToList();
        return findings.Count > 0 || certificates.Count == 0
            ? findings
            : [CheckResult.Good(Name, $"all {certificates.Count} are good, the first until {Times.Of(certificates.Min(certificate => certificate.Item2!.ExpireTime.ToDateTimeOffset()))}")];
    }

    private static CheckResult? Judge(string who, CertificateStatus certificate, DateTimeOffset now)
    {
        var (start, end) = (certificate.StartTime.ToDateTimeOffset(), certificate.ExpireTime.ToDateTimeOffset());
        const string advice = "issue a new one and put it in the place of the old files; it is taken without a restart";
        return now >= end ? CheckResult.Broken(Name, $"that of {who} expired at {Times.Of(end)}", advice)
            : EndsSoon(start, end, now) ? CheckResult.Watch(Name, $"that of {who} expires in {Durations.FormatRough(end - now)}", advice)
            : null;
    }
}
