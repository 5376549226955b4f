namespace Dkm.Cli.Protection;

using System;
using System.Threading.Tasks;
using Dkm.Cli.Failures;
using Dkm.Core;

/// <summary>Runs an act locally where the caller may hold the ring's keys, and through Crypto where she may not.</summary>
internal sealed class ProtectionChoice(Session session, Place place)
{
    /// <param name="permission">What is needed through Crypto.</param>
    /// <param name="ring">On which ring; null: the envelope's.</param>
    /// <param name="act">The act.</param>
    /// <param name="denied">What was attempted, where the denial tells more than that.</param>
    public async Task<(T Result, string Where)> RunAsync<T>(
        string permission, string? ring, Func<IProtection, Task<T>> act, Func<DkmException, Attempt>? denied = null)
    {
        DkmException? stopped = null;

        // Whoever is denied hears who she is, whichever way was taken.
        _ = session.Certificate;
        if (place == Place.Local || (place == Place.Either && MayHoldAtAll()))
        {
            session.Attempt = new Attempt(DkmService.KeyRing, "hold", ring) { Way = Way };
            try
            {
                await using var local = new LocalProtection(session);
                return (await act(local), local.Where);
            }
            catch (DkmException e) when (place == Place.Either && SaysMayNotHold(e))
            {
                // Crypto decides by itself whether the caller may have it done.
            }
            catch (DkmException e) when (place == Place.Either && e.Reason == Reasons.KeyState)
            {
                // What a compromised key protected opens through Crypto only, for who may.
                stopped = e;
            }
        }

        session.Attempt = new Attempt(DkmService.Crypto, permission, ring) { Way = Way };
        try
        {
            await using var remote = new RemoteProtection(session);
            return (await act(remote), remote.Where);
        }
        catch (Exception e) when (stopped is not null && e is UsageException or DkmException { Kind: ErrorKind.Unavailable or ErrorKind.DeadlineExceeded })
        {
            // Without Crypto the key's state is still all that there is to say.
            throw stopped!;
        }
        catch (DkmException e) when (denied is not null && e.Kind == ErrorKind.PermissionDenied)
        {
            session.Attempt = denied(e) with { Way = Way };
            throw;
        }
    }

    private string? Way => place switch
    {
        Place.Local => "--local",
        Place.Remote => "--remote",
        _ => null,
    };

    /// <summary>Humans never hold: KeyRing need not be asked.</summary>
    private bool MayHoldAtAll() => session.Caller is null or { Class: IdentityClass.Workload };

    /// <summary>A KeyRing that does not answer says nothing about the caller; Crypto may still have the keys.</summary>
    private static bool SaysMayNotHold(DkmException e) =>
        e.Kind is ErrorKind.PermissionDenied or ErrorKind.Unavailable || e.Reason == Reasons.RingNotServed;
}
