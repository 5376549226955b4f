namespace ConnectedAccounts;

using System;
using System.Collections.Generic;
using System.Linq;

/// <summary>Where things are, from the environment.</summary>
internal sealed record Settings(IReadOnlyList<Uri> KeyRing, string TrustDomain, string IdentityDirectory, string Ring, string Database)
{
    public const string Help = """
          ACCOUNTS_KEYRING    KeyRing's address, or those of its replicas with commas   [https://127.0.0.1:8444]
          ACCOUNTS_IDENTITY   folder of this worker's certificate, key and CA   [.dkm/pki/mailbox-worker]
          ACCOUNTS_TRUST      trust domain                  [dkm.local]
          ACCOUNTS_RING       key ring                      [mail/connected-accounts]
          ACCOUNTS_DB         database file                 [accounts.db]
        """;

    public static Settings FromEnvironment() => new(
        [.. Get("ACCOUNTS_KEYRING", "https://127.0.0.1:8444").Split(',', StringSplitOptions.TrimEntries).Select(address => new Uri(address))],
        Get("ACCOUNTS_TRUST", "dkm.local"),
        Get("ACCOUNTS_IDENTITY", ".dkm/pki/mailbox-worker"),
        Get("ACCOUNTS_RING", "mail/connected-accounts"),
        Get("ACCOUNTS_DB", "accounts.db"));

    private static string Get(string name, string otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : otherwise;
}
