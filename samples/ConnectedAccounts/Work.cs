namespace ConnectedAccounts;

using System;
using System.Globalization;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Core.Envelopes;

/// <summary>A worker at work: reads every credential and stores a fresh token, again and again. Tells which key new ones get, every failure, and in the end how many there were.</summary>
internal sealed class Work(Credentials credentials, AccountTable accounts, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private int reads;
    private int writes;
    private int failures;
    private string primary = string.Empty;

    /// <summary>How many operations failed until it was stopped.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                Write($"token-{writes:D5}@tokens.example");
                Read();
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Tell($"{reads} reads, {writes} writes, {failures} failed");
        }

        return failures;
    }

    private void Write(string address)
    {
        writes++;
        if (Try(address, () => credentials.Protect(address, Encoding.UTF8.GetBytes($"of {address}"))) is not { } blob)
        {
            return;
        }

        accounts.Put(new Account(address, "tokens", blob));
        var key = Envelope.ReadHeader(blob).KeyId.ToString();
        if (key != primary)
        {
            primary = key;
            Tell($"primary {primary}");
        }
    }

    private void Read()
    {
        foreach (var account in accounts.All())
        {
            reads++;
            Try(account.Address, () => credentials.Unprotect(account.Address, account.Credential));
        }
    }

    private byte[]? Try(string address, Func<byte[]> operation)
    {
        try
        {
            return operation();
        }
        catch (DkmException e)
        {
            failures++;
            Tell($"FAILED {address}: {e.Reason} {e.Message}");
            return null;
        }
    }

    private void Tell(string what) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow():HH:mm:ss.fff} {what}"));
}
