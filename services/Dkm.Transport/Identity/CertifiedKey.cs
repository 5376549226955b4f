namespace Dkm.Transport;

using System;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Dkm.Core;

/// <summary>
/// The key of a certification request (PKCS#10), whose signature proves that whoever sent it has the private half. Nothing else of the request is looked at: names, extensions and rights are for
/// whoever issues to say.
/// </summary>
public sealed class CertifiedKey
{
    private const int MaximumBytes = 16 * 1024;
    private const int SmallestRsa = 3072;
    private const int LargestRsa = 8192;
    private const string EcPublicKey = "1.2.840.10045.2.1";
    private const string RsaEncryption = "1.2.840.113549.1.1.1";
    private const string P256 = "1.2.840.10045.3.1.7";
    private const string P384 = "1.3.132.0.34";
    private const string Accepted = "ECDSA P-256 or P-384, or RSA of 3072 to 8192 bits";

    private CertifiedKey(PublicKey publicKey)
    {
        PublicKey = publicKey;
        Digest = SHA256.HashData(publicKey.ExportSubjectPublicKeyInfo());
    }

    /// <summary>SHA-256 of the SubjectPublicKeyInfo.</summary>
    public ReadOnlyMemory<byte> Digest { get; }

    internal PublicKey PublicKey { get; }

    /// <param name="request">DER or PEM.</param>
    /// <param name="field">The field that it came in.</param>
    /// <exception cref="DkmException">INVALID_ARGUMENT CERTIFICATION_REQUEST.</exception>
    public static CertifiedKey Read(ReadOnlySpan<byte> request, string field)
    {
        if (request.IsEmpty)
        {
            throw DkmException.Invalid(field, Reasons.Required, "a certification request (PKCS#10, DER or PEM) is required");
        }

        if (request.Length > MaximumBytes)
        {
            throw DkmException.Invalid(field, Reasons.TooLong, "a certification request is at most 16 KiB");
        }

        try
        {
            // Checks the signature; requested extensions are not loaded.
            var loaded = request.StartsWith("-----BEGIN "u8)
                ? CertificateRequest.LoadSigningRequestPem(System.Text.Encoding.ASCII.GetString(request), HashAlgorithmName.SHA256, CertificateRequestLoadOptions.Default, RSASignaturePadding.Pkcs1)
                : CertificateRequest.LoadSigningRequest(request.ToArray(), HashAlgorithmName.SHA256, CertificateRequestLoadOptions.Default, RSASignaturePadding.Pkcs1);
            DemandKind(loaded.PublicKey, field);
            return new CertifiedKey(loaded.PublicKey);
        }
        catch (Exception unusable) when (unusable is CryptographicException or AsnContentException or NotSupportedException or ArgumentException)
        {
            throw new DkmException(
                ErrorKind.InvalidArgument,
                Reasons.CertificationRequest,
                $"this is no certification request (PKCS#10) that is signed by the key in it, of {Accepted}",
                field,
                unusable);
        }
    }

    private static void DemandKind(PublicKey key, string field)
    {
        var kind = key.Oid.Value;
        if (kind == EcPublicKey)
        {
            using var ec = key.GetECDsaPublicKey();
            var curve = ec?.ExportParameters(includePrivateParameters: false).Curve;
            if (curve is { IsNamed: true } named && (Curve(named) is P256 or P384))
            {
                return;
            }
        }
        else if (kind == RsaEncryption)
        {
            using var rsa = key.GetRSAPublicKey();
            if (rsa is { KeySize: >= SmallestRsa and <= LargestRsa })
            {
                return;
            }
        }

        throw DkmException.Invalid(field, Reasons.CertificationRequest, $"the key is of a kind or size that gets no certificate; take {Accepted}");
    }

    private static string? Curve(ECCurve curve) => curve.Oid.Value ?? curve.Oid.FriendlyName switch
    {
        "nistP256" or "ECDSA_P256" => P256,
        "nistP384" or "ECDSA_P384" => P384,
        _ => null,
    };
}
