namespace Dkm.KeyRing.Rings;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;

/// <summary>A change that lost a race is decided again from what is there now, a few times, before the caller hears of it.</summary>
internal static class LostRace
{
    private const int Attempts = 4;

    public static async Task<T> RetryAsync<T>(Func<Task<T>> decideAndWrite, TimeProvider time, CancellationToken token)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await decideAndWrite();
            }
            catch (DkmException exception) when (exception is { Kind: ErrorKind.Aborted, Reason: Reasons.LostRace } && attempt < Attempts)
            {
                // The winner's change may have been another replica's and be on its way to ours.
                await Task.Delay(TimeSpan.FromMilliseconds(25 * attempt), time, token);
            }
        }
    }
}
