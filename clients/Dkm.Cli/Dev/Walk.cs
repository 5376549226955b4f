namespace Dkm.Cli.Dev;

using System;

/// <summary>Lines to paste into another terminal: where things are, then five: a group, a ring, a secret in and out.</summary>
internal static class Walk
{
    /// <param name="home">Where this DKM lives.</param>
    /// <param name="binaries">Where dkm lies: the other terminal may not find it by itself.</param>
    public static string Lines(string home, string binaries) => $"""

        Paste into another terminal:

          export PATH={Quoted(binaries)}:"$PATH" DKM_HOME={Quoted(home)}
          dkm group create mailbox-workers --kind workload && dkm group add mailbox-workers spiffe://dkm.local/ns/mail/sa/mailbox-worker
          dkm ring create mail/connected-accounts --bind mailbox-workers=hold
          echo -n 'hunter2' | dkm protect --ring mail/connected-accounts --context address=ada@hotmail.com --identity mailbox-worker --out secret.dkm
          dkm unprotect secret.dkm --context address=ada@hotmail.com --identity mailbox-worker; echo
          dkm unprotect secret.dkm --context address=ada@hotmail.com; echo "exit code $? (you are admin: administrators manage keys, workloads use them)"

        Ctrl-C here stops the services
        """;

    private static string Quoted(string path) => $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
