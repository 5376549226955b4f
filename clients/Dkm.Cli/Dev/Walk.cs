namespace Dkm.Cli.Dev;

/// <summary>Five lines to paste into another terminal: a group, a ring, a secret in and out.</summary>
internal static class Walk
{
    /// <param name="home">Where this DKM lives.</param>
    /// <param name="isFoundFromHere">Whether a command in the same folder finds it by itself.</param>
    public static string Lines(string home, bool isFoundFromHere)
    {
        var elsewhere = isFoundFromHere ? "in this folder" : $"after: export DKM_HOME='{home}'";
        return $"""

            Paste into another terminal, {elsewhere}

              dkm group create mailbox-workers --kind workload && dkm group add mailbox-workers spiffe://dkm.local/ns/mail/sa/mailbox-worker
              dkm ring create mail/connected-accounts --bind mailbox-workers=hold
              echo -n 'hunter2' | dkm protect --ring mail/connected-accounts --context address=ada@hotmail.com --identity mailbox-worker --out secret.dkm
              dkm unprotect secret.dkm --context address=ada@hotmail.com --identity mailbox-worker; echo
              dkm unprotect secret.dkm --context address=ada@hotmail.com; echo "exit code $? (you are admin: administrators manage keys, workloads use them)"

            Ctrl-C here stops the services; the data stays in {home}
            """;
    }
}
