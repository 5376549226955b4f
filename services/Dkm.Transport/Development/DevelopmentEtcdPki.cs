namespace Dkm.Transport;

using System;
using System.IO;
using System.Net;

/// <summary>
/// Certificates of a development etcd, from a CA of its own below <c>pki/ca/etcd</c>: etcd takes any name that its CA vouches for, so that CA vouches for nothing else.
/// </summary>
public static class DevelopmentEtcdPki
{
    private static readonly TimeSpan AuthorityLifetime = TimeSpan.FromDays(3650);
    private static readonly TimeSpan LeafLifetime = TimeSpan.FromDays(365);

    /// <summary>Issues into <c>pki/&lt;name&gt;</c>, over what is there; <c>ca.crt</c> is etcd's CA. The CA is made if need be.</summary>
    public static IdentityFiles Issue(string home, string name, EtcdRole role, TimeProvider time)
    {
        DevelopmentPki.CheckName(name);
        DkmHome.Ensure(home);
        PrivateFile.EnsureDirectory(Path.Combine(home, "pki"));
        var authorities = Path.Combine(home, "pki", DevelopmentPki.AuthoritiesName);
        PrivateFile.EnsureDirectory(authorities);
        using var authority = Authority(Path.Combine(authorities, "etcd"), time);
        var isMember = role == EtcdRole.Member;
        var issued = authority.IssueNamed(
            name, isMember ? ["localhost"] : [], isMember ? [IPAddress.Loopback, IPAddress.IPv6Loopback] : [], isMember, LeafLifetime);

        var directory = DkmHome.IdentityDirectory(home, name);
        var files = IdentityFiles.FromDirectory(directory);
        PrivateFile.EnsureDirectory(directory);
        PrivateFile.Write(files.KeyFile, issued.PrivateKeyPem);
        PrivateFile.Write(files.CertificateFile, issued.CertificatePem);
        PrivateFile.Write(files.CaFile, authority.Certificate.ExportCertificatePem());
        return files;
    }

    private static CertificateAuthority Authority(string directory, TimeProvider time)
    {
        if (!File.Exists(Path.Combine(directory, "ca.crt")))
        {
            using var made = CertificateAuthority.Create("DKM development etcd CA", AuthorityLifetime, time);
            made.Save(directory);
        }

        return CertificateAuthority.Load(directory, time);
    }
}
