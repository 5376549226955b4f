namespace Dkm.Testing.Certificates;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography.X509Certificates;
using Dkm.Core;

/// <summary>The table of certificates that nobody may come in with. All but the named fault is right about each.</summary>
public static class BadCertificates
{
    private const string Worker = "/ns/mail/sa/worker";

    public static IReadOnlyList<BadCertificate> All { get; } =
    [
        Leaf("two URI SANs", spec => spec with { Uris = [TestPki.Id(Worker), TestPki.Id("/ns/mail/sa/other")] }),
        Leaf("the same URI SAN twice", spec => spec with { Uris = [TestPki.Id(Worker), TestPki.Id(Worker)] }),
        Leaf("the SAN extension twice", spec => spec with { NamesTwice = true }, passesHandshake: false),
        Leaf("no SAN, a common name", spec => spec with { Uris = [], DnsNames = [], Loopback = false, Subject = "CN=" + TestPki.Id(Worker) }),
        Leaf("DNS names only", spec => spec with { Uris = [], DnsNames = ["worker.mail.svc"] }),
        Path("wildcard", "/ns/mail/sa/*"),
        Path("upper-case class", "/NS/mail/sa/worker"),
        Path("percent escape", "/ns/mail/sa/wor%6Ber"),
        Path("dot segment", "/ns/mail/sa/./worker"),
        Path("doubled slash", "/ns/mail//sa/worker"),
        Path("trailing slash", "/ns/mail/sa/worker/"),
        Path("query", "/ns/mail/sa/worker?x=1"),
        Path("no path", string.Empty),
        Path("unknown path", "/users/worker"),
        Path("human without a name", "/human"),
        Path("humans", "/humans/x"),
        Path("human with two segments", "/human/a/b"),
        Leaf("upper-case trust domain", spec => spec with { Uris = ["spiffe://DKM.test" + Worker] }),
        Leaf("upper-case scheme", spec => spec with { Uris = ["SPIFFE://dkm.test" + Worker] }),
        Leaf("other scheme", spec => spec with { Uris = ["https://dkm.test" + Worker] }),
        Leaf("port", spec => spec with { Uris = ["spiffe://dkm.test:443" + Worker] }),
        Leaf("foreign trust domain", spec => spec with { Uris = ["spiffe://evil.test" + Worker] }),
        Leaf("NUL in the name", spec => spec with { Uris = [TestPki.Id(Worker) + "\0.evil"] }),
        Leaf("no digitalSignature", spec => spec with { KeyUsage = X509KeyUsageFlags.NonRepudiation }),
        Leaf("no key usage", spec => spec with { KeyUsage = null }),
        Leaf("key usage not critical", spec => spec with { KeyUsageCritical = false }),
        Leaf("keyCertSign", spec => spec with { KeyUsage = X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyCertSign }),
        Leaf("cRLSign", spec => spec with { KeyUsage = X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.CrlSign }),
        Leaf("extended key usage for signing code", spec => spec with { ExtendedKeyUsage = ["1.3.6.1.5.5.7.3.3"] }),
        Leaf("CA as leaf", spec => spec with { IsAuthority = true }, passesHandshake: false),
        Leaf("expired", spec => spec with { Begin = TimeSpan.FromDays(-2), End = TimeSpan.FromDays(-1) }, Reasons.CertificateExpired, false),
        Leaf("not yet valid", spec => spec with { Begin = TimeSpan.FromDays(1), End = TimeSpan.FromDays(2) }, Reasons.CertificateExpired, false),
        WrongAuthority("human from the workload CA", "/human/eve", pki => pki.Workload),
        WrongAuthority("service from the workload CA", "/dkm/keyring", pki => pki.Workload),
        WrongAuthority("elevated from the workload CA", "/elevated/e1", pki => pki.Workload),
        WrongAuthority("workload from the human CA", Worker, pki => pki.Human),
        WrongAuthority("workload from the service CA", Worker, pki => pki.Service),
        WrongAuthority("workload from the elevation CA", Worker, pki => pki.Elevated),
        new("unknown CA", Reasons.CertificateRejected, false, pki => pki.Stranger.Issue(TestPki.Leaf(Worker))),
        new("self-signed", Reasons.CertificateRejected, false, pki => TestAuthority.SelfSign(TestPki.Leaf(Worker), pki.Time)),
        new("issued by a leaf", Reasons.CertificateRejected, false, IssuedByLeaf),
        new("CA of the same name with another key", Reasons.CertificateRejected, false, SameName),
    ];

    /// <summary>Names, for theories.</summary>
    public static IEnumerable<string> Names => All.Select(bad => bad.Name);

    public static BadCertificate Get(string name) => All.Single(bad => bad.Name == name);

    private static BadCertificate Leaf(
        string name, Func<CertificateSpec, CertificateSpec> spoil, string reason = Reasons.CertificateRejected, bool passesHandshake = true) =>
        new(name, reason, passesHandshake, pki => pki.Workload.Issue(spoil(TestPki.Leaf(Worker))));

    private static BadCertificate Path(string name, string path) =>
        Leaf(name, spec => spec with { Uris = [TestPki.Id(path)] });

    private static BadCertificate WrongAuthority(string name, string path, Func<TestPki, TestAuthority> authority) =>
        new(name, Reasons.IdentityClassMismatch, true, pki => authority(pki).Issue(TestPki.Leaf(path)));

    /// <summary>A leaf of ours, used as a CA: what path validation is there to refuse.</summary>
    private static X509Certificate2 IssuedByLeaf(TestPki pki)
    {
        using var leaf = TestAuthority.Of(pki.Issue(Worker), pki.Time);
        return leaf.Issue(TestPki.Leaf("/ns/mail/sa/other"));
    }

    private static X509Certificate2 SameName(TestPki pki)
    {
        using var impostor = new TestAuthority("workload", pki.Time);
        return impostor.Issue(TestPki.Leaf(Worker));
    }
}
