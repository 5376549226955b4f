namespace Dkm.Transport;

using System;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;

/// <summary>Where a service is, each of its replicas, and who it must prove to be.</summary>
public sealed record ServiceChannelOptions
{
    /// <summary>An https address, such as <c>https://keyring.dkm.svc:8443</c>, or one for each replica. A name with several addresses is a replica for each too.</summary>
    public required ServiceAddresses Addresses { get; init; }

    /// <summary>The service meant; any other identity is refused.</summary>
    public required DkmService Service { get; init; }

    public required string TrustDomain { get; init; }

    /// <summary>For unary calls that bring none. Streams have none.</summary>
    public TimeSpan DefaultDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long one replica may take for a call that is safe to repeat, where there is another; there the call has the rest of its time. Connecting to one of
    /// several may take no longer either, and a stream that was silent for longer when it was given up makes its replica suspect.
    /// </summary>
    public TimeSpan TryTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>TCP and TLS together.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The largest message taken from the service, in bytes. The largest one to a caller is 4 MiB (plaintext 4 MiB − 64 KiB); the rest is room for framing and
    /// for fields yet to come. Streams that carry a whole policy need more.
    /// </summary>
    public int MaximumMessage { get; init; } = (4 * 1024 * 1024) + (256 * 1024);

    /// <summary>How often a call that is safe to repeat is tried in all.</summary>
    public int MaximumAttempts { get; init; } = 4;

    /// <summary>How a name becomes addresses.</summary>
    internal Func<string, CancellationToken, Task<IPAddress[]>> Resolve { get; init; } = Dns.GetHostAddressesAsync;
}
