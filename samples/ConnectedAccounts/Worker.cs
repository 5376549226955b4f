namespace ConnectedAccounts;

using System;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core.Envelopes;

/// <summary>The commands of this program.</summary>
internal sealed class Worker(Settings settings)
{
    private const string Usage = """
        connected-accounts add PROVIDER ADDRESS    stores a credential, read from standard input
        connected-accounts read ADDRESS…           prints it
        connected-accounts list                    what the database holds
        connected-accounts copy FROM TO            copies a blob onto another address, as a thief with write access would
        connected-accounts watch                   reads all of them again and again, and tells what changes
        connected-accounts work                    reads all of them and stores a token, again and again, and counts failures

        """;

    public async Task<int> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        // Nobody who asks for help wants a database.
        if (arguments is [] or ["--help" or "-h" or "help", ..])
        {
            await Console.Error.WriteLineAsync(Usage + Settings.Help);
            return arguments is [] ? 2 : 0;
        }

        using var accounts = new AccountTable(settings.Database);
        switch (arguments)
        {
            case ["add", var provider, var address]:
                await AddAsync(accounts, provider, address, cancellationToken);
                return 0;
            case ["read", _, ..]:
                return await ReadAsync(accounts, arguments[1..], cancellationToken);
            case ["list"]:
                List(accounts);
                return 0;
            case ["copy", var from, var to]:
                return accounts.Find(from) is { } source ? Copy(accounts, source, to) : Missing(from);
            case ["watch"]:
                await WatchAsync(accounts, cancellationToken);
                return 0;
            case ["work"]:
                return await WorkAsync(accounts, cancellationToken) == 0 ? 0 : 1;
            default:
                await Console.Error.WriteLineAsync(Usage + Settings.Help);
                return 2;
        }
    }

    private static int Copy(AccountTable accounts, Account source, string to)
    {
        accounts.Put(source with { Address = to });
        return 0;
    }

    private static void List(AccountTable accounts)
    {
        foreach (var account in accounts.All())
        {
            var key = Envelope.ReadHeader(account.Credential).KeyId;
            Console.WriteLine($"{account.Address,-28} {account.Provider,-10} {account.Credential.Length} bytes, key {key}");
        }
    }

    private static int Missing(string address)
    {
        Console.Error.WriteLine($"there is no account {address}");
        return 4;
    }

    private async Task AddAsync(AccountTable accounts, string provider, string address, CancellationToken cancellationToken)
    {
        using var secret = new MemoryStream();
        await using var input = Console.OpenStandardInput();
        await input.CopyToAsync(secret, cancellationToken);
        await using var credentials = new Credentials(settings, transient: true);
        await credentials.ReadyAsync(cancellationToken);
        accounts.Put(new Account(address, provider, credentials.Protect(address, secret.ToArray())));
    }

    private async Task<int> ReadAsync(AccountTable accounts, string[] addresses, CancellationToken cancellationToken)
    {
        await using var credentials = new Credentials(settings, transient: true);
        await credentials.ReadyAsync(cancellationToken);
        foreach (var address in addresses)
        {
            if (accounts.Find(address) is not { } account)
            {
                return Missing(address);
            }

            Console.WriteLine(Encoding.UTF8.GetString(credentials.Unprotect(address, account.Credential)));
        }

        return 0;
    }

    private async Task WatchAsync(AccountTable accounts, CancellationToken cancellationToken)
    {
        await using var credentials = new Credentials(settings, transient: false);
        await credentials.ReadyAsync(cancellationToken);
        await new Watch(credentials, accounts, TimeProvider.System).RunAsync(cancellationToken);
    }

    private async Task<int> WorkAsync(AccountTable accounts, CancellationToken cancellationToken)
    {
        await using var credentials = new Credentials(settings, transient: false);
        await credentials.ReadyAsync(cancellationToken);
        return await new Work(credentials, accounts, TimeProvider.System).RunAsync(cancellationToken);
    }
}
