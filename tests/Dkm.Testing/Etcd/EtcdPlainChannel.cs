namespace Dkm.Testing.Etcd;

using System.Net.Http;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Dkm.Storage;
using Grpc.Net.Client;

/// <summary>gRPC to the first member without anything of ours between, for what only tests do.</summary>
public static class EtcdPlainChannel
{
    public static GrpcChannel Open(EtcdStoreOptions options)
    {
        var roots = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        roots.CustomTrustStore.ImportFromPemFile(options.CaFile!);
        return GrpcChannel.ForAddress(options.Endpoints[0], new GrpcChannelOptions
        {
            DisposeHttpClient = true,
            HttpHandler = new SocketsHttpHandler
            {
                SslOptions = new SslClientAuthenticationOptions
                {
                    CertificateChainPolicy = roots,
                    ClientCertificates = [X509Certificate2.CreateFromPemFile(options.CertificateFile!, options.KeyFile)],
                },
            },
        });
    }
}
