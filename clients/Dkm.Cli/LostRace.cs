namespace Dkm.Cli;

using System;
using System.Threading.Tasks;
using Dkm.Core;

/// <summary>Read, change, write: whoever loses the race reads again. A few times; then the caller is told.</summary>
internal static class LostRace
{
    private const int Attempts = 4;

    public static async Task RepeatAsync(Func<Task> act)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await act();
                return;
            }
            catch (DkmException e) when (e.Kind == ErrorKind.Aborted && attempt < Attempts)
            {
                continue;
            }
        }
    }
}
