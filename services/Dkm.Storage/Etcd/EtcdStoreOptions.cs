namespace Dkm.Storage;

using System;
using System.Collections.Generic;
using System.Linq;

/// <summary>Where etcd is and how it is spoken to. The defaults are those of production.</summary>
public sealed record EtcdStoreOptions
{
    /// <summary>One address for each member, such as <c>https://etcd-1.example.org:2379</c>. A member's certificate must name the host that stands here.</summary>
    public required IReadOnlyList<Uri> Endpoints { get; init; }

    /// <summary>PEM: the certificate that etcd knows this service by (its CN is the etcd user), then its intermediates.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>PEM: its private key.</summary>
    public string? KeyFile { get; init; }

    /// <summary>PEM bundle of the CAs that vouch for the members.</summary>
    public string? CaFile { get; init; }

    /// <summary>Development only: takes http addresses, and members that ask for no client certificate.</summary>
    public bool AllowPlaintext { get; init; }

    /// <summary>How long making a connection may take, TLS included.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long one member may take for one answer before it is left.</summary>
    public TimeSpan TryTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a call may take over all members.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>How long a watch may hear nothing at all, not even the answers to its own requests for progress, before it moves to another member.</summary>
    public TimeSpan WatchSilence { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>All that is wrong with it: the option's name and what it has to be.</summary>
    public IEnumerable<(string Option, string Problem)> Mistakes()
    {
        if (Endpoints.Count == 0)
        {
            yield return (nameof(Endpoints), "one address for each member is required");
        }

        foreach (var endpoint in Endpoints.Where(endpoint => !IsAddress(endpoint)))
        {
            yield return (nameof(Endpoints), $"'{endpoint}' is not an address such as https://etcd-1.example.org:2379");
        }

        if (Endpoints.Distinct().Count() != Endpoints.Count)
        {
            yield return (nameof(Endpoints), "an address stands there twice");
        }

        if (Endpoints.Any(endpoint => endpoint.IsAbsoluteUri && endpoint.Scheme == Uri.UriSchemeHttp) && !AllowPlaintext)
        {
            yield return (nameof(Endpoints), "http is refused: whoever listens reads the paths, and whoever connects may write. Use https");
        }

        var secure = Endpoints.Any(endpoint => endpoint.IsAbsoluteUri && endpoint.Scheme == Uri.UriSchemeHttps);
        foreach (var (option, file) in ((string, string?)[])[(nameof(CertificateFile), CertificateFile), (nameof(KeyFile), KeyFile), (nameof(CaFile), CaFile)])
        {
            if (secure != file is not null && Endpoints.Count > 0)
            {
                yield return (option, secure ? "must be set" : "proves nothing over http; leave it out");
            }
        }

        foreach (var (option, time) in ((string, TimeSpan)[])[
            (nameof(ConnectTimeout), ConnectTimeout), (nameof(TryTimeout), TryTimeout), (nameof(Timeout), Timeout), (nameof(WatchSilence), WatchSilence)])
        {
            if (time <= TimeSpan.Zero)
            {
                yield return (option, "must be longer than nothing");
            }
        }
    }

    private static bool IsAddress(Uri endpoint) =>
        endpoint.IsAbsoluteUri
        && (endpoint.Scheme == Uri.UriSchemeHttps || endpoint.Scheme == Uri.UriSchemeHttp)
        && endpoint.AbsolutePath == "/" && endpoint.Query.Length == 0 && endpoint.Fragment.Length == 0 && endpoint.UserInfo.Length == 0;
}
