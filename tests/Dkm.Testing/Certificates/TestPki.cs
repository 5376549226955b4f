namespace Dkm.Testing.Certificates;

using System;
using System.IO;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Dkm.Core;
using Dkm.Transport;

/// <summary>A CA per class of identity, one that nobody trusts, and a directory of its own for the files.</summary>
public sealed class TestPki : IDisposable
{
    public const string TrustDomain = "dkm.test";

    public TestPki(TimeProvider? time = null)
    {
        Time = time ?? TimeProvider.System;
        Directory = System.IO.Directory.CreateTempSubdirectory("dkm-pki-").FullName;
        Workload = new TestAuthority("workload", Time);
        Service = new TestAuthority("service", Time);
        Human = new TestAuthority("human", Time);
        Elevated = new TestAuthority("elevated", Time);
        Stranger = new TestAuthority("stranger", Time);
    }

    public TimeProvider Time { get; }

    /// <summary>Removed with this object.</summary>
    public string Directory { get; }

    public TestAuthority Workload { get; }

    public TestAuthority Service { get; }

    public TestAuthority Human { get; }

    public TestAuthority Elevated { get; }

    /// <summary>Issues, but stands in nobody's trust.</summary>
    public TestAuthority Stranger { get; }

    public static string Id(string path) => $"spiffe://{TrustDomain}{path}";

    public static CertificateSpec Leaf(string path) => new() { Uris = [Id(path)], DnsNames = ["localhost"], Loopback = true };

    public TestAuthority AuthorityOf(IdentityClass identityClass) => identityClass switch
    {
        IdentityClass.Workload => Workload,
        IdentityClass.Service => Service,
        IdentityClass.Human => Human,
        IdentityClass.Elevated => Elevated,
        _ => throw new ArgumentOutOfRangeException(nameof(identityClass)),
    };

    /// <summary>A good leaf from the CA of its class, for a path such as <c>/ns/mail/sa/worker</c>.</summary>
    public X509Certificate2 Issue(string path) => AuthorityOf(SpiffeId.Parse(Id(path)).Class).Issue(Leaf(path));

    /// <summary>A good leaf in the files of a fresh identity directory.</summary>
    public IdentityFiles IssueFiles(string path) => WriteIdentity(Issue(path));

    /// <summary>Any certificate with its key, into the given or a fresh identity directory, over what is there.</summary>
    public IdentityFiles WriteIdentity(X509Certificate2 certificate, string? directory = null)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        directory ??= Path.Combine(Directory, Path.GetRandomFileName());
        System.IO.Directory.CreateDirectory(directory);
        var files = IdentityFiles.FromDirectory(directory);
        using var key = certificate.GetECDsaPrivateKey()!;
        File.WriteAllText(files.KeyFile, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(files.CertificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(files.CaFile, Service.Pem);
        return files;
    }

    /// <summary>Writes the bundles and an empty deny list, over what is there, and says where they are.</summary>
    public TrustOptions WriteTrust() => new()
    {
        TrustDomain = TrustDomain,
        WorkloadCaFile = Write("workload.crt", Workload.Pem),
        ServiceCaFile = Write("service.crt", Service.Pem),
        HumanCaFile = Write("human.crt", Human.Pem),
        ElevatedCaFile = Write("elevated.crt", Elevated.Pem),
        DeniedFile = Write("denied", string.Empty),
    };

    /// <summary>Puts a certificate on the deny list of <see cref="WriteTrust"/>.</summary>
    public void Deny(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        File.AppendAllText(Path.Combine(Directory, "denied"), certificate.GetCertHashString(HashAlgorithmName.SHA256) + "\n");
    }

    public void Dispose()
    {
        foreach (var authority in (TestAuthority[])[Workload, Service, Human, Elevated, Stranger])
        {
            authority.Dispose();
        }

        System.IO.Directory.Delete(Directory, recursive: true);
    }

    private string Write(string name, string content)
    {
        var path = Path.Combine(Directory, name);

        // A service that runs already may be reading it: what is there is not written again, or it would meet an empty file.
        if (!File.Exists(path) || File.ReadAllText(path) != content)
        {
            File.WriteAllText(path, content);
        }

        return path;
    }
}
