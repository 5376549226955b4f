namespace Dkm.Storage;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging;

/// <summary>
/// Passed by each member before its first use: it is of the same etcd cluster as the others, and it refuses a client that shows no certificate. One
/// that lets strangers in would give everybody the paths and a way to write.
/// </summary>
internal sealed class EtcdMemberCheck
{
    private const int Attempts = 3;

    private readonly EtcdStoreOptions options;
    private readonly EtcdCredentials? credentials;
    private readonly ILogger logger;
    private long cluster;

    public EtcdMemberCheck(EtcdStoreOptions options, EtcdCredentials? credentials, ILogger logger)
    {
        this.options = options;
        this.credentials = credentials;
        this.logger = logger;
    }

    public async Task RunAsync(Uri endpoint, EtcdChannel channel, CancellationToken cancellationToken)
    {
        var answer = await ProbeAsync(channel, cancellationToken);
        var id = unchecked((long)answer.Header.ClusterId);
        var first = Interlocked.CompareExchange(ref cluster, id, 0);
        if (first != 0 && first != id)
        {
            throw StoreErrors.Refused($"{endpoint} belongs to another etcd cluster ({answer.Header.ClusterId:x}) than the other endpoints ({first:x})");
        }

        if (endpoint.Scheme == Uri.UriSchemeHttp)
        {
            Log.EtcdPlaintext(logger, endpoint);
            return;
        }

        if (!await RefusesStrangersAsync(endpoint, cancellationToken))
        {
            if (!options.AllowPlaintext)
            {
                throw new DkmException(
                    ErrorKind.FailedPrecondition,
                    Reasons.StoreInsecure,
                    $"etcd at {endpoint} accepts clients that show no certificate. Start it with --client-cert-auth and --trusted-ca-file");
            }

            Log.EtcdPlaintext(logger, endpoint);
        }
    }

    /// <summary>Served by the member alone, so that it passes while there is no quorum; every identity of ours may read this path.</summary>
    private static async Task<RangeResponse> ProbeAsync(EtcdChannel channel, CancellationToken cancellationToken) =>
        await channel.Kv.RangeAsync(
            new RangeRequest { Key = ByteString.CopyFromUtf8(StorePath.Cluster), Serializable = true }, cancellationToken: cancellationToken);

    /// <summary>
    /// The member has just answered us, so TLS that ends now ends for want of a certificate. Any answer at all is one too many. A question that got lost says neither: it is
    /// asked again, and a member that leaves it open has not passed.
    /// </summary>
    private async Task<bool> RefusesStrangersAsync(Uri endpoint, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var stranger = new EtcdChannel(endpoint, credentials, anonymous: true, options.ConnectTimeout);
            try
            {
                await ProbeAsync(stranger, cancellationToken);
                return false;
            }
            catch (RpcException exception) when (!cancellationToken.IsCancellationRequested && (attempt < Attempts || IsVerdict(exception)))
            {
                if (IsVerdict(exception))
                {
                    return !EtcdStatus.IsAnswer(exception);
                }
            }
        }
    }

    private static bool IsVerdict(RpcException exception) => EtcdStatus.IsAnswer(exception) || EtcdStatus.IsRefusalByTls(exception);
}
