namespace ConnectedAccounts;

using System;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Core.Envelopes;

/// <summary>A worker at work: reads every credential again and again, and tells when something changes.</summary>
internal sealed class Watch(Credentials credentials, AccountTable accounts, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        var last = string.Empty;
        do
        {
            var line = Look();
            if (line != last)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow():HH:mm:ss.fff} {line}"));
                last = line;
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    private string Look()
    {
        try
        {
            // The key that a new envelope gets is the primary one.
            var primary = Envelope.ReadHeader(credentials.Protect("probe@example.com", [])).KeyId;
            var open = 0;
            var failed = string.Empty;
            foreach (var account in accounts.All())
            {
                try
                {
                    credentials.Unprotect(account.Address, account.Credential);
                    open++;
                }
                catch (DkmException e)
                {
                    failed += $" FAILED {account.Address}: {e.Reason}";
                }
            }

            return $"primary {primary} reads {open}{failed}";
        }
        catch (DkmException e)
        {
            return $"FAILED {e.Reason}: {e.Message}";
        }
    }
}
