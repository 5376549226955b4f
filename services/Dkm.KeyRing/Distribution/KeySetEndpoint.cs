namespace Dkm.KeyRing.Distribution;

using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Hosting;
using Dkm.Hosting.Policy;
using Dkm.KeyRing.Rings;
using Dkm.KeyRing.V1;
using Grpc.Core;
using Microsoft.Extensions.Logging;

/// <summary>Key material to those that may hold it. Who may is judged ring by ring, at every want, change and heartbeat.</summary>
internal sealed class KeySetEndpoint(
    RingCatalog catalog,
    HolderRegistry registry,
    KeySetBuilder builder,
    KeyResolver resolver,
    Freshness freshness,
    KeyRingStore store,
    IGroupMembership membership,
    TimeProvider time,
    ILogger<KeySetEndpoint> logger) : KeySetService.KeySetServiceBase
{
    private const int MaximumNames = 1000;
    private static readonly TimeSpan AnswerDelay = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan OpenLimit = TimeSpan.FromSeconds(10);

    public override async Task Subscribe(
        IAsyncStreamReader<SubscribeRequest> requestStream, IServerStreamWriter<SubscribeResponse> responseStream, ServerCallContext context)
    {
        _ = store.Current;
        var stream = new HolderStream(context.GetCaller().Id, time.GetUtcNow())
        {
            Transient = await OpenAsync(requestStream, context.CancellationToken),
        };
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        registry.Add(stream);
        try
        {
            var writer = new HolderWriter(stream, responseStream, registry, catalog, membership, freshness, builder, time, logger);
            var reading = ReadAsync(stream, requestStream, end.Token);
            var writing = writer.RunAsync(end.Token);
            var first = await Task.WhenAny(reading, writing);

            // The responses are closed as soon as this method is over, by an exception too: no write may be under way then.
            await end.CancelAsync();
            await Task.WhenAll(Quiet(reading), Quiet(writing));
            await first;
        }
        finally
        {
            registry.Remove(stream);
        }

        context.CancellationToken.ThrowIfCancellationRequested();
    }

    public override Task<ResolveKeyResponse> ResolveKey(ResolveKeyRequest request, ServerCallContext context)
    {
        // A unary answer is serialized after this method has returned.
        var delivery = new Delivery();
        context.GetHttpContext().Response.RegisterForDispose(delivery);
        return resolver.RunAsync(context.GetCaller(), request, delivery, context.CancellationToken);
    }

    /// <returns>Whether the caller goes away again soon.</returns>
    private async Task<bool> OpenAsync(IAsyncStreamReader<SubscribeRequest> requests, CancellationToken token)
    {
        var first = requests.MoveNext(token).WaitAsync(OpenLimit, time, token);
        try
        {
            return await first && requests.Current.MessageCase == SubscribeRequest.MessageOneofCase.Open
                ? requests.Current.Open.Transient
                : throw DkmException.Invalid("open", Reasons.Required, "the first message of a stream is open");
        }
        catch (TimeoutException exception)
        {
            throw new DkmException(ErrorKind.ResourceExhausted, Reasons.StreamIdle, "a stream is opened within 10 s", innerException: exception);
        }
    }

    private async Task ReadAsync(HolderStream stream, IAsyncStreamReader<SubscribeRequest> requests, CancellationToken token)
    {
        while (await MoreAsync(requests, token))
        {
            var request = requests.Current;
            switch (request.MessageCase)
            {
                case SubscribeRequest.MessageOneofCase.Want:
                    CheckCount(request.Want.KeyRings.Count, "want.key_rings");
                    for (var i = 0; i < request.Want.KeyRings.Count; i++)
                    {
                        await RoomAsync(stream, token);
                        registry.Want(stream, RingName.Check(request.Want.KeyRings[i], $"want.key_rings[{i}]"));
                    }

                    break;
                case SubscribeRequest.MessageOneofCase.Release:
                    CheckCount(request.Release.KeyRings.Count, "release.key_rings");
                    foreach (var name in request.Release.KeyRings)
                    {
                        registry.Release(stream, name);
                    }

                    break;
                case SubscribeRequest.MessageOneofCase.Acknowledge:
                    stream.Acknowledge(request.Acknowledge.KeyRing, request.Acknowledge.Revision);
                    break;
                default:
                    throw DkmException.Invalid("message", Reasons.InvalidField, "after open a stream says want, release or acknowledge");
            }
        }
    }

    private static async Task<bool> MoreAsync(IAsyncStreamReader<SubscribeRequest> requests, CancellationToken token)
    {
        try
        {
            return await requests.MoveNext(token);
        }
        catch (IOException)
        {
            // The client has reset the stream or lost its connection. It is gone, which is an end like any other and no error of ours.
            return false;
        }
    }

    /// <summary>Reads no faster than the answers are read.</summary>
    private async Task RoomAsync(HolderStream stream, CancellationToken token)
    {
        while (!stream.TakesWants)
        {
            await Task.Delay(AnswerDelay, time, token);
        }
    }

    private static void CheckCount(int count, string field)
    {
        if (count > MaximumNames)
        {
            throw DkmException.Invalid(field, Reasons.TooMany, $"a message names at most {MaximumNames} rings");
        }
    }

    /// <summary>The first of the two to end has said why; the other one only has to be over before the stream's objects go.</summary>
    private static async Task Quiet(Task task) => await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
