namespace Dkm.IntegrationTests.KeyRing;

using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.KeyRing.V1;
using Dkm.Testing;
using Grpc.Core;

/// <summary>A holder that writes down what it hears.</summary>
internal sealed class TestHolder : IAsyncDisposable
{
    private readonly AsyncDuplexStreamingCall<SubscribeRequest, SubscribeResponse> call;
    private readonly CancellationTokenSource stop = new();
    private int heartbeats;
    private int renewals;

    private TestHolder(AsyncDuplexStreamingCall<SubscribeRequest, SubscribeResponse> call)
    {
        this.call = call;
        Reading = ReadAsync();
    }

    public ConcurrentDictionary<string, KeySet> Sets { get; } = new();

    public ConcurrentDictionary<string, RingDenied> Denied { get; } = new();

    public int Heartbeats => Volatile.Read(ref heartbeats);

    public int Renewals => Volatile.Read(ref renewals);

    /// <summary>Ends as the stream ends.</summary>
    public Task Reading { get; }

    public static async Task<TestHolder> OpenAsync(KeySetService.KeySetServiceClient client, bool transient, params string[] rings)
    {
        var holder = new TestHolder(client.Subscribe(cancellationToken: KeyRingFixture.Token));
        try
        {
            await holder.SendAsync(new SubscribeRequest { Open = new SubscribeOpen { Transient = transient } });
            await holder.WantAsync(rings);
        }
        catch (RpcException)
        {
            // A stream that is refused may be over before we have said anything; Reading tells why.
            await Eventually.TrueAsync(() => holder.Reading.IsCompleted, "the end of a refused stream");
        }

        return holder;
    }

    public Task WantAsync(params string[] rings) => SendAsync(new SubscribeRequest { Want = new RingsWanted { KeyRings = { rings } } });

    public Task AcknowledgeAsync(string ring, long revision) =>
        SendAsync(new SubscribeRequest { Acknowledge = new RevisionAcknowledged { KeyRing = ring, Revision = revision } });

    public Task SendAsync(SubscribeRequest request) => call.RequestStream.WriteAsync(request);

    public async Task<KeySet> SetAsync(string ring, Func<KeySet, bool>? condition = null)
    {
        await Eventually.TrueAsync(
            () => Sets.TryGetValue(ring, out var set) && (condition is null || condition(set)),
            $"a key set of {ring}; denied: {string.Join(", ", Denied.Values.Select(denied => denied.Message))}");
        return Sets[ring];
    }

    public async Task<RingDenied> DeniedAsync(string ring, int seconds = 20)
    {
        await Eventually.TrueAsync(() => Denied.ContainsKey(ring), $"a denial of {ring}", seconds);
        return Denied[ring];
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        call.Dispose();
        stop.Dispose();
    }

    private async Task ReadAsync()
    {
        await foreach (var response in call.ResponseStream.ReadAllAsync(stop.Token))
        {
            switch (response.MessageCase)
            {
                case SubscribeResponse.MessageOneofCase.KeySet:
                    Denied.TryRemove(response.KeySet.KeyRing, out _);
                    Sets[response.KeySet.KeyRing] = response.KeySet;
                    break;
                case SubscribeResponse.MessageOneofCase.Denied:
                    Sets.TryRemove(response.Denied.KeyRing, out _);
                    Denied[response.Denied.KeyRing] = response.Denied;
                    break;
                case SubscribeResponse.MessageOneofCase.Heartbeat:
                    Interlocked.Add(ref renewals, response.Heartbeat.RenewsLeases ? 1 : 0);
                    Interlocked.Increment(ref heartbeats);
                    break;
            }
        }
    }
}
