namespace Dkm.Transport;

using System.IO;

/// <summary>A CA's certificate and its private key, both PEM. Read again when they change.</summary>
public sealed record CertificateAuthorityFiles(string CertificateFile, string KeyFile)
{
    /// <summary><c>ca.crt</c> and <c>ca.key</c> of a directory; null if they are not both there.</summary>
    public static CertificateAuthorityFiles? Find(string directory)
    {
        var files = new CertificateAuthorityFiles(Path.Combine(directory, "ca.crt"), Path.Combine(directory, "ca.key"));
        return File.Exists(files.CertificateFile) && File.Exists(files.KeyFile) ? files : null;
    }
}
