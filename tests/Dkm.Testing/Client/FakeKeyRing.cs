namespace Dkm.Testing.Client;

using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.KeyRing.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

/// <summary>
/// KeyRing's KeySetService without a socket, for tests of holders: it delivers what the test put into <see cref="Rings"/>, sends heartbeats when told to,
/// and knows archived keys. Everything it hears is kept.
/// </summary>
public sealed class FakeKeyRing(TimeProvider time) : CallInvoker
{
    private int resolveCalls;

    /// <summary>What is delivered to who wants it; a ring that is not here is denied.</summary>
    public ConcurrentDictionary<string, FakeRing> Rings { get; } = new(StringComparer.Ordinal);

    /// <summary>The names to which nothing is said at all.</summary>
    public ConcurrentDictionary<string, bool> Silent { get; } = new(StringComparer.Ordinal);

    /// <summary>The streams, oldest first.</summary>
    public ConcurrentQueue<FakeSubscription> Subscriptions { get; } = new();

    /// <summary>If set, every call fails with it.</summary>
    public DkmException? Down { get; set; }

    /// <summary>If set, ResolveKey answers when it is completed.</summary>
    public TaskCompletionSource? ResolveGate { get; set; }

    /// <summary>How often ResolveKey was called.</summary>
    public int ResolveCalls => Volatile.Read(ref resolveCalls);

    /// <summary>The newest stream.</summary>
    public FakeSubscription Newest => Subscriptions.LastOrDefault() ?? throw new InvalidOperationException("nobody has subscribed");

    /// <summary>Sends a ring's key set as it is now on the newest stream.</summary>
    public void Push(string ring) => Newest.Send(new SubscribeResponse { KeySet = Rings[ring].ToKeySet(time.GetUtcNow()) });

    public void Beat(bool renews = true, DateTimeOffset? sendTime = null) => Newest.Send(new SubscribeResponse
    {
        Heartbeat = new KeySetHeartbeat { RenewsLeases = renews, SendTime = (sendTime ?? time.GetUtcNow()).ToTimestamp() },
    });

    public void Deny(string ring, string reason, bool revoked) => Newest.Send(Denial(ring, reason, revoked));

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var subscription = new FakeSubscription(this, options.CancellationToken);
        if (Down is { } trouble)
        {
            subscription.End(trouble);
        }

        Subscriptions.Enqueue(subscription);
        return (AsyncDuplexStreamingCall<TRequest, TResponse>)(object)new AsyncDuplexStreamingCall<SubscribeRequest, SubscribeResponse>(
            subscription, subscription, Task.FromResult(Metadata.Empty), () => Status.DefaultSuccess, () => [], subscription.Dispose);
    }

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        new(
            ResolveAsync<TResponse>((ResolveKeyRequest)(object)request, options.CancellationToken),
            Task.FromResult(Metadata.Empty),
            () => Status.DefaultSuccess,
            () => [],
            () => { });

    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw new NotSupportedException();

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw new NotSupportedException();

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options) => throw new NotSupportedException();

    internal void Answer(FakeSubscription subscription, string ring)
    {
        if (Silent.ContainsKey(ring))
        {
            return;
        }

        subscription.Send(
            Rings.TryGetValue(ring, out var known)
                ? known.PolicyStale
                    ? Denial(ring, Reasons.PolicyStale)
                    : new SubscribeResponse { KeySet = known.ToKeySet(time.GetUtcNow()) }
                : Denial(ring, Reasons.NotBound));
    }

    private static SubscribeResponse Denial(string ring, string reason, bool revoked = false) => new()
    {
        Denied = new RingDenied { KeyRing = ring, Reason = reason, Message = $"denied for the test: {ring} {reason}", Revoked = revoked },
    };

    private async Task<TResponse> ResolveAsync<TResponse>(ResolveKeyRequest request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref resolveCalls);
        if (ResolveGate is { } gate)
        {
            await gate.Task.WaitAsync(cancellationToken);
        }

        if (Down is { } trouble)
        {
            throw trouble;
        }

        var id = KeyId.Read(request.KeyId.Span);
        foreach (var (_, ring) in Rings)
        {
            if (ring.Resolve(id) is { } answer)
            {
                return (TResponse)(object)answer;
            }
        }

        throw new DkmException(ErrorKind.PermissionDenied, Reasons.KeyUnknownOrNotYours, "the key is unknown, or not yours");
    }
}
