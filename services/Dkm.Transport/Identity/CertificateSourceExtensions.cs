namespace Dkm.Transport;

using System;
using Dkm.Status.V1;
using Google.Protobuf.WellKnownTypes;

/// <summary>What is told of a certificate that is in use.</summary>
public static class CertificateSourceExtensions
{
    public static CertificateStatus Validity(this CertificateSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        var leaf = source.Leaf;
        return new CertificateStatus
        {
            StartTime = leaf.NotBefore.ToUniversalTime().ToTimestamp(),
            ExpireTime = leaf.NotAfter.ToUniversalTime().ToTimestamp(),
        };
    }
}
