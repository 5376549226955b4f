namespace Dkm.Crypto.Rings;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Client.KeySets;
using Dkm.Core;
using Dkm.Crypto.Operations;

/// <summary>Finds rings and keys: in memory, or, within bounds of number and time, from KeyRing.</summary>
internal sealed class RingDirectory(KeySetHolder holder, CryptoOptions options, TimeProvider time)
{
    private readonly DeniedNames denied = new(time);
    private readonly CallerTurns turns = new(options.Patience);

    /// <summary>A ring whose keys are here; the way of nearly every call.</summary>
    public bool TryFind(string name, out HeldRing ring)
    {
        ring = holder.Find(name)!;
        return ring?.Snapshot is not null;
    }

    /// <summary>A key that is here; the way of nearly every call.</summary>
    public bool TryFind(KeyId id, out FoundKey found) => holder.TryFindKey(id, out found) && found.Ring.Snapshot is not null;

    /// <summary>Subscribes to a ring.</summary>
    /// <returns>Null if Crypto cannot have it: there is no such ring, or it is served in holders' processes only.</returns>
    /// <exception cref="DkmException">UNAVAILABLE; RESOURCE_EXHAUSTED.</exception>
    public async ValueTask<HeldRing?> FetchAsync(string name, CancellationToken cancellationToken)
    {
        // At once, as a stranger to a ring that is here is answered: by waiting for KeyRing she would see that this one is not.
        if (holder.Trouble is { } trouble)
        {
            throw Away(trouble);
        }

        if (denied.Contains(name))
        {
            return null;
        }

        var ring = holder.WantOnTrial(name);
        try
        {
            await ring.UsableAsync(options.Patience, cancellationToken);
            return ring;
        }
        catch (DkmException) when (ring.IsDenied)
        {
            denied.Add(name);
            return null;
        }
        catch (DkmException) when (ring.Snapshot is not null)
        {
            // Its lease has ended, which the caller is told after she was judged.
            return ring;
        }
        catch (DkmException e)
        {
            throw Away(e);
        }
        finally
        {
            // Not kept unless it was had, however the call ended: names cost nothing to make up, and the ring may be there at the next call.
            holder.EndTrial(ring);
        }
    }

    /// <summary>Asks KeyRing for a key, and subscribes to its ring.</summary>
    /// <returns>Null if there is no such key, or Crypto cannot have it.</returns>
    /// <exception cref="DkmException">UNAVAILABLE; RESOURCE_EXHAUSTED.</exception>
    public async ValueTask<FoundKey?> FetchAsync(SpiffeId caller, KeyId id, CancellationToken cancellationToken)
    {
        try
        {
            return await turns.RunAsync(caller, () => holder.FindKeyAsync(id, CancellationToken.None).AsTask(), cancellationToken);
        }
        catch (DkmException e) when (e.Kind is ErrorKind.PermissionDenied)
        {
            return null;
        }
        catch (DkmException e) when (e.Kind is ErrorKind.ResourceExhausted && e.Reason == Reasons.TooMany)
        {
            throw;
        }
        catch (TimeoutException e)
        {
            throw Away(e);
        }
        catch (DkmException e)
        {
            throw Away(e);
        }
    }

    /// <summary>Trouble between us and KeyRing is ours, whatever its kind: an expired certificate of Crypto must not tell the caller that hers is bad.</summary>
    private static DkmException Away(Exception cause) => Denials.Away(cause);
}
