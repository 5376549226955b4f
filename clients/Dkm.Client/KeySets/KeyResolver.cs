namespace Dkm.Client.KeySets;

using System;
using System.Collections.Concurrent;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.KeyRing.V1;
using Dkm.Transport;
using Google.Protobuf;
using Grpc.Core;

/// <summary>
/// Asks KeyRing for a key by its id: an archived one, or one made by an immediate rollover that has not been pushed yet. One question at a time for
/// one id, however many wait for it.
/// </summary>
internal sealed class KeyResolver(
    KeySetService.KeySetServiceClient client, KeySetHolder holder, KeyIndex index, KeySetHolderOptions options, TimeProvider time) : IDisposable
{
    private const int Attempts = 5;

    private static readonly TimeSpan PauseForReplica = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<KeyId, Lazy<Task<FoundKey>>> flights = new();
    private readonly NegativeAnswers negative = new(options.NegativeAnswerCapacity, options.NegativeAnswerLifetime, time);
    private readonly SemaphoreSlim turns = new(options.ConcurrentResolves);

    public void ForgetNegative() => negative.Clear();

    /// <summary>The caller's token ends the caller's waiting, not the look-up that others wait for too.</summary>
    public Task<FoundKey> ResolveAsync(KeyId id, CancellationToken cancellationToken)
    {
        if (negative.Find(id) is { } known)
        {
            return Task.FromException<FoundKey>(known);
        }

        var flight = flights.GetOrAdd(id, static (id, self) => new Lazy<Task<FoundKey>>(() => self.FlyAsync(id)), this);
        return flight.Value.WaitAsync(options.ResolveTimeout, time, cancellationToken);
    }

    public void Dispose() => turns.Dispose();

    private async Task<FoundKey> FlyAsync(KeyId id)
    {
        // Off the caller's stack first: the flight must be in the table before it can take itself out.
        await Task.Yield();
        try
        {
            using var limit = new CancellationTokenSource(options.ResolveTimeout, time);
            await turns.WaitAsync(limit.Token).ConfigureAwait(false);
            try
            {
                return await AskAsync(id, limit.Token).ConfigureAwait(false);
            }
            finally
            {
                turns.Release();
            }
        }
        catch (OperationCanceledException)
        {
            throw new DkmException(ErrorKind.Unavailable, Reasons.NotConnected, $"KeyRing did not find a key within {options.ResolveTimeout}");
        }
        catch (RpcException e)
        {
            throw Remember(id, StatusMapping.FromRpc(e));
        }
        catch (DkmException e)
        {
            throw Remember(id, e);
        }
        finally
        {
            flights.TryRemove(id, out _);
        }
    }

    private DkmException Remember(KeyId id, DkmException trouble)
    {
        if (trouble.Kind is ErrorKind.PermissionDenied or ErrorKind.FailedPrecondition or ErrorKind.InvalidArgument)
        {
            negative.Add(id, trouble);
        }

        return trouble;
    }

    private async Task<FoundKey> AskAsync(KeyId id, CancellationToken cancellationToken)
    {
        var request = new ResolveKeyRequest { KeyId = UnsafeByteOperations.UnsafeWrap(id.ToByteArray()) };
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var answer = await client.ResolveKeyAsync(request, new CallOptions(cancellationToken: cancellationToken)).ConfigureAwait(false);
            var ring = await FindRingAsync(answer.KeyRing, cancellationToken).ConfigureAwait(false);
            if (Keep(ring, answer) && index.TryFind(id, out var found))
            {
                return found;
            }

            // This replica is behind the one that delivered the key set.
            await Task.Delay(PauseForReplica, time, cancellationToken).ConfigureAwait(false);
        }

        throw new DkmException(ErrorKind.Unavailable, Reasons.NotReady, "KeyRing answers with a state older than the one held; try again");
    }

    private async ValueTask<HeldRing> FindRingAsync(string name, CancellationToken cancellationToken)
    {
        if (!options.AdoptResolvedRings)
        {
            var wanted = holder.Find(name) ?? throw Troubles.OtherRing("the ring that was asked for");
            await wanted.UsableAsync(options.ResolveTimeout, cancellationToken).ConfigureAwait(false);
            return wanted;
        }

        var ring = holder.WantOnTrial(name);
        try
        {
            await ring.UsableAsync(options.ResolveTimeout, cancellationToken).ConfigureAwait(false);
            return ring;
        }
        finally
        {
            holder.EndTrial(ring);
        }
    }

    private bool Keep(HeldRing ring, ResolveKeyResponse answer)
    {
        var key = KeySetMapping.ReadKey(answer.Key ?? throw Troubles.BadAnswer("no key"), time, mustHaveMaterial: false);
        if (ring.Keep(key, answer.Revision))
        {
            return true;
        }

        key.Dispose();
        return false;
    }
}
