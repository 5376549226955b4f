namespace Dkm.Testing.Etcd;

using System.Collections.Generic;
using System.Globalization;
using System.Linq;

/// <summary>How a member of a test's cluster is started. Flags that 3.4, 3.5 and 3.6 know.</summary>
internal static class EtcdArguments
{
    public const int Members = 3;

    public static string Name(int member) => string.Create(CultureInfo.InvariantCulture, $"etcd-{member}");

    /// <param name="member">Which one.</param>
    /// <param name="data">Its data directory.</param>
    /// <param name="certificates">Where ca.crt, member.crt and member.key lie.</param>
    /// <param name="listen">The address to listen on.</param>
    /// <param name="client">Its client URL.</param>
    /// <param name="peers">The peer URLs of all.</param>
    public static IReadOnlyList<string> Of(int member, string data, string certificates, string listen, string client, IReadOnlyList<string> peers) =>
    [
        $"--name={Name(member)}",
        $"--data-dir={data}",
        $"--listen-client-urls=https://{listen}:{client.Split(':')[^1]}",
        $"--advertise-client-urls={client}",
        $"--listen-peer-urls=https://{listen}:{peers[member].Split(':')[^1]}",
        $"--initial-advertise-peer-urls={peers[member]}",
        $"--initial-cluster={string.Join(',', peers.Select((peer, i) => $"{Name(i)}={peer}"))}",
        "--initial-cluster-state=new",
        "--client-cert-auth=true",
        $"--trusted-ca-file={certificates}/ca.crt",
        $"--cert-file={certificates}/member.crt",
        $"--key-file={certificates}/member.key",
        "--peer-client-cert-auth=true",
        $"--peer-trusted-ca-file={certificates}/ca.crt",
        $"--peer-cert-file={certificates}/member.crt",
        $"--peer-key-file={certificates}/member.key",
        "--enable-grpc-gateway=false",
        "--logger=zap",
        "--log-level=warn",
    ];
}
