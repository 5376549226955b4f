namespace Dkm.Transport;

using System;
using System.IO;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Dkm.Core;

/// <summary>
/// An identity whose certificate somebody else issues: the key is made here, stays here, and is on disk before it is asked for, since whoever issues may take no other one afterwards.
/// </summary>
public static class RequestedIdentity
{
    /// <summary>The key of an identity directory, made if it is not there, and a certification request (PKCS#10, PEM) for it.</summary>
    /// <exception cref="DkmException">The key that is there cannot be used.</exception>
    public static string Request(string directory)
    {
        var files = IdentityFiles.FromDirectory(directory);
        try
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            if (File.Exists(files.KeyFile))
            {
                key.ImportFromPem(File.ReadAllText(files.KeyFile));
            }
            else
            {
                PrivateFile.EnsureDirectory(directory);
                PrivateFile.Write(files.KeyFile, key.ExportPkcs8PrivateKeyPem());
            }

            return new CertificateRequest(new X500DistinguishedName(string.Empty), key, HashAlgorithmName.SHA256).CreateSigningRequestPem();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new DkmException(
                ErrorKind.FailedPrecondition, Reasons.CertificateFiles, $"the key in {directory} cannot be used: {exception.Message}", innerException: exception);
        }
    }

    /// <summary>Puts the certificate beside its key, and the services' CA bundle that another identity has.</summary>
    public static void Complete(string directory, string certificate, IdentityFiles other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var files = IdentityFiles.FromDirectory(directory);
        PrivateFile.Write(files.CertificateFile, certificate);
        PrivateFile.Write(files.CaFile, File.ReadAllText(other.CaFile));
    }
}
