namespace Dkm.Transport;

using System;
using System.IO;
using System.Security.Cryptography;
using System.Text;

/// <summary>What stands in a certificate file and a key file at one moment. The key's bytes are wiped when this is disposed: it is read every second.</summary>
internal sealed class CertificateFiles : IDisposable
{
    private readonly byte[] certificate;
    private readonly byte[] key;

    private CertificateFiles(byte[] certificate, byte[] key)
    {
        this.certificate = certificate;
        this.key = key;
    }

    public static CertificateFiles Read(string certificateFile, string keyFile) =>
        new(File.ReadAllBytes(certificateFile), File.ReadAllBytes(keyFile));

    /// <summary>Stands for what was seen, so that the key itself need not be kept to notice a new one.</summary>
    public byte[] Digest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(certificate);
        hash.AppendData([0]);
        hash.AppendData(key);
        return hash.GetHashAndReset();
    }

    /// <exception cref="CryptographicException">They cannot be understood or do not belong together.</exception>
    public CertificatePair Parse()
    {
        var text = new char[key.Length];
        try
        {
            var length = Encoding.ASCII.GetChars(key, text);
            return CertificatePair.Parse(Encoding.UTF8.GetString(certificate), text.AsSpan(0, length));
        }
        finally
        {
            Array.Clear(text);
        }
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(key);
}
