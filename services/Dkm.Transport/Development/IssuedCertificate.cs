namespace Dkm.Transport;

/// <summary>A fresh certificate with its private key, both in PEM.</summary>
public sealed record IssuedCertificate(string CertificatePem, string PrivateKeyPem);
