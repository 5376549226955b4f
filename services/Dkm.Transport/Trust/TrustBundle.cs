namespace Dkm.Transport;

using System;
using System.Security.Cryptography.X509Certificates;
using System.Text;

/// <summary>The roots of one class, as read from its PEM file.</summary>
internal sealed class TrustBundle
{
    private TrustBundle(X509Certificate2Collection anchors) => Anchors = anchors;

    public X509Certificate2Collection Anchors { get; }

    /// <exception cref="FormatException">Something in it is no root.</exception>
    public static TrustBundle Parse(byte[] content)
    {
        var anchors = new X509Certificate2Collection();
        anchors.ImportFromPem(Encoding.UTF8.GetString(content));
        if (anchors.Count == 0)
        {
            throw new FormatException("there is no PEM certificate in it");
        }

        foreach (var anchor in anchors)
        {
            Check(anchor);
        }

        return new TrustBundle(anchors);
    }

    /// <summary>
    /// A leaf in a bundle would vouch for itself. An intermediate would be an anchor on one platform and not on another, so only roots are taken.
    /// </summary>
    private static void Check(X509Certificate2 anchor)
    {
        var isAuthority = false;
        foreach (var extension in anchor.Extensions)
        {
            isAuthority |= extension is X509BasicConstraintsExtension { CertificateAuthority: true };
        }

        if (!isAuthority)
        {
            throw new FormatException($"the certificate {anchor.SerialNumber} ('{anchor.Subject}') is no CA");
        }

        if (!anchor.SubjectName.RawData.AsSpan().SequenceEqual(anchor.IssuerName.RawData))
        {
            throw new FormatException($"the certificate {anchor.SerialNumber} ('{anchor.Subject}') is an intermediate; a bundle holds roots, intermediates come with the leaf");
        }
    }
}
