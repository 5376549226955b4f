namespace Dkm.Storage;

using System;
using System.Buffers.Binary;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Etcdserverpb;
using Grpc.Core;

/// <summary>
/// Leases. All of it may be asked twice: the id of a lease is ours, so one that exists already is the one that an unclear answer left behind. The layer
/// above counts a lease's time for itself and fences every write: an answer that it was renewed does not mean that it is held (etcd 3.4.38, 3.5.23).
/// </summary>
internal sealed class EtcdLeases(EtcdCaller caller)
{
    public async Task<StoreLease> GrantAsync(TimeSpan ttl, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ttl, TimeSpan.Zero);
        var request = new LeaseGrantRequest { ID = NewId(), TTL = (long)Math.Ceiling(ttl.TotalSeconds) };
        try
        {
            var answer = await caller.RepeatAsync(async (channel, call) => await channel.Lease.LeaseGrantAsync(request, call), cancellationToken);
            return new StoreLease(answer.ID, TimeSpan.FromSeconds(answer.TTL));
        }
        catch (EtcdCallException exception) when (exception.Says(StatusCode.FailedPrecondition, "lease already exists"))
        {
            return new StoreLease(request.ID, TimeSpan.FromSeconds(request.TTL));
        }
        catch (EtcdCallException exception)
        {
            throw exception.SaysFull ? StoreErrors.Full(exception.Message, exception) : StoreErrors.Unavailable(exception.Message, exception);
        }
    }

    public async Task<TimeSpan?> KeepAliveAsync(long leaseId, CancellationToken cancellationToken)
    {
        try
        {
            var seconds = await caller.RepeatAsync((channel, call) => KeepAliveAsync(channel, call, leaseId), cancellationToken);
            return seconds > 0 ? TimeSpan.FromSeconds(seconds) : null;
        }
        catch (EtcdCallException exception) when (exception.Says(StatusCode.NotFound, "requested lease not found"))
        {
            return null;
        }
        catch (EtcdCallException exception)
        {
            throw StoreErrors.Unavailable(exception.Message, exception);
        }
    }

    public async Task RevokeAsync(long leaseId, CancellationToken cancellationToken)
    {
        try
        {
            var request = new LeaseRevokeRequest { ID = leaseId };
            await caller.RepeatAsync(async (channel, call) => await channel.Lease.LeaseRevokeAsync(request, call), cancellationToken);
        }
        catch (EtcdCallException exception) when (!exception.Says(StatusCode.NotFound, "requested lease not found"))
        {
            throw StoreErrors.Unavailable(exception.Message, exception);
        }
        catch (EtcdCallException)
        {
            // It has ended, which is what was asked for.
            return;
        }
    }

    /// <summary>A stream for each renewal: nothing is left over that could hang, and the next goes to the member that answers.</summary>
    private static async Task<long> KeepAliveAsync(EtcdChannel channel, CallOptions options, long leaseId)
    {
        using var call = channel.Lease.LeaseKeepAlive(options);
        await call.RequestStream.WriteAsync(new LeaseKeepAliveRequest { ID = leaseId }, options.CancellationToken);
        return await call.ResponseStream.MoveNext(options.CancellationToken)
            ? call.ResponseStream.Current.TTL
            : throw new RpcException(new Status(StatusCode.Unavailable, "the member ended the renewal without an answer"));
    }

    private static long NewId()
    {
        Span<byte> bytes = stackalloc byte[8];
        KernelRandom.Fill(bytes);
        return Math.Max(1, BinaryPrimitives.ReadInt64BigEndian(bytes) & long.MaxValue);
    }
}
