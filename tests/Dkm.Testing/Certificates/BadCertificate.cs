namespace Dkm.Testing.Certificates;

using System;
using System.Security.Cryptography.X509Certificates;

/// <summary>A certificate that must be refused, and how.</summary>
/// <param name="Name">For the test's display.</param>
/// <param name="Reason">The reason that TrustStore.Verify gives, one of Dkm.Core.Reasons.</param>
/// <param name="PassesHandshake">It is a leaf, valid now and from one of our CAs: lock one lets it in, so that the answer at the call can say why it is refused.</param>
/// <param name="Make">Makes it, with its key.</param>
public sealed record BadCertificate(string Name, string Reason, bool PassesHandshake, Func<TestPki, X509Certificate2> Make)
{
    public override string ToString() => Name;
}
