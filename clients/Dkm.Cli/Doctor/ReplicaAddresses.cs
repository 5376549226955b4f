namespace Dkm.Cli.Doctor;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

/// <summary>One address for each replica: a name that stands for several is asked at every one of them. Who they are their certificates say, not the name.</summary>
internal static class ReplicaAddresses
{
    public static async Task<IEnumerable<Uri>> ExpandAsync(Uri address, CancellationToken cancellationToken)
    {
        if (address.HostNameType != UriHostNameType.Dns || address.IsLoopback)
        {
            return [address];
        }

        try
        {
            return Expand(address, await Dns.GetHostAddressesAsync(address.IdnHost, cancellationToken));
        }
        catch (SocketException)
        {
            // Whoever calls it says so.
            return [address];
        }
    }

    /// <summary>The same machine often has one of each family, so one family counts.</summary>
    public static IEnumerable<Uri> Expand(Uri address, IReadOnlyList<IPAddress> found)
    {
        var family = found.Any(one => one.AddressFamily == AddressFamily.InterNetwork) ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
        var replicas = found.Where(one => one.AddressFamily == family).Distinct().ToList();
        return replicas.Count > 1 ? replicas.Select(one => new UriBuilder(address) { Host = one.ToString() }.Uri) : [address];
    }
}
