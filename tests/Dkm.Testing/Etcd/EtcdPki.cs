namespace Dkm.Testing.Etcd;

using System;
using System.IO;
using System.Linq;
using System.Security.Cryptography.X509Certificates;
using Dkm.Storage;
using Dkm.Testing.Certificates;

/// <summary>A CA of an etcd cluster, a certificate for its members and one for each client, in files of a directory of its own.</summary>
public sealed class EtcdPki : IDisposable
{
    private static readonly string[] Both = ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"];

    private readonly TestAuthority authority = new("etcd", TimeProvider.System);

    public EtcdPki()
    {
        Directory = System.IO.Directory.CreateTempSubdirectory("dkm-etcd-").FullName;
        File.WriteAllText(CaFile, authority.Pem);
        Write("member", new CertificateSpec
        {
            Subject = "CN=member",
            // A member is a client of the other members too.
            ExtendedKeyUsage = Both,
            DnsNames = ["localhost", .. Enumerable.Range(0, EtcdArguments.Members).Select(EtcdArguments.Name)],
            Loopback = true,
        });
    }

    public string Directory { get; }

    public string CaFile => Path.Combine(Directory, "ca.crt");

    public string MemberCertificateFile => Path.Combine(Directory, "member.crt");

    public string MemberKeyFile => Path.Combine(Directory, "member.key");

    /// <summary>Options for a client of that name, which is its user in etcd's eyes. Its certificate is made if need be.</summary>
    public EtcdStoreOptions Options(string client, params Uri[] endpoints)
    {
        if (!File.Exists(Path.Combine(Directory, client + ".crt")))
        {
            Write(client, new CertificateSpec { Subject = $"CN={client}", ExtendedKeyUsage = Both[1..] });
        }

        return new EtcdStoreOptions
        {
            Endpoints = endpoints,
            CertificateFile = Path.Combine(Directory, client + ".crt"),
            KeyFile = Path.Combine(Directory, client + ".key"),
            CaFile = CaFile,
        };
    }

    /// <summary>Issues with this CA, over the files of that name.</summary>
    public void Write(string name, CertificateSpec spec)
    {
        using var certificate = authority.Issue(spec);
        using var key = certificate.GetECDsaPrivateKey()!;
        File.WriteAllText(Path.Combine(Directory, name + ".key"), key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(Path.Combine(Directory, name + ".crt"), certificate.ExportCertificatePem());
    }

    public void Dispose()
    {
        authority.Dispose();
        System.IO.Directory.Delete(Directory, recursive: true);
    }
}
