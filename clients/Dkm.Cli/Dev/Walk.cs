namespace Dkm.Cli.Dev;

using System;

/// <summary>Lines to paste into another terminal: where things are, then five: a group, a ring, a secret in and out. Where all that is there from last time, how to look at it.</summary>
internal static class Walk
{
    /// <param name="home">Where this DKM lives.</param>
    /// <param name="binaries">Where dkm lies: the other terminal may not find it by itself.</param>
    /// <param name="again">Whether it has data from before: making the same things once more would fail.</param>
    public static string Lines(string home, string binaries, bool again) => $"""

        Paste into another terminal:

          export PATH={Quoted(binaries)}:"$PATH" DKM_HOME={Quoted(home)}
        {(again ? Look : Make)}

        Ctrl-C here stops the services
        """;

    private const string Make = """
          dkm group create mailbox-workers --kind workload && dkm group add mailbox-workers spiffe://dkm.local/ns/mail/sa/mailbox-worker
          dkm ring create mail/connected-accounts --bind mailbox-workers=hold
          echo -n 'hunter2' | dkm protect --ring mail/connected-accounts --context address=ada@hotmail.com --identity mailbox-worker --out secret.dkm
          dkm unprotect secret.dkm --context address=ada@hotmail.com --identity mailbox-worker; echo
          dkm unprotect secret.dkm --context address=ada@hotmail.com; echo "exit code $? (you are admin: administrators manage keys, workloads use them)"
        """;

    private const string Look = """
          dkm ring list                                    # what was there is there again
          dkm doctor                                       # how it is, and what to do about it
        """;

    private static string Quoted(string path) => $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
