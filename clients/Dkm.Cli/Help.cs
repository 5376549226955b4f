namespace Dkm.Cli;

using System;
using System.Collections.Generic;
using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.IO;
using System.Linq;
using Dkm.Cli.Failures;

/// <summary>Adds examples and the exit codes to what <c>--help</c> says by itself.</summary>
internal static class Help
{
    private static readonly Dictionary<string, string> Examples = new(StringComparer.Ordinal)
    {
        ["dkm"] = """
            dkm dev                                                   three services on this machine
            dkm group create workers --kind workload
            dkm group add workers spiffe://dkm.local/ns/mail/sa/mailbox-worker
            dkm ring create mail/accounts --bind workers=hold
            echo -n secret | dkm protect --ring mail/accounts --identity mailbox-worker --out a.dkm
            dkm unprotect a.dkm --identity mailbox-worker
            """,
        ["dkm dev"] = """
            dkm dev
            DKM_PORT=0 dkm dev --home /tmp/try
            """,
        ["dkm group create"] = "dkm group create mailbox-workers --kind workload",
        ["dkm group add"] = "dkm group add mailbox-workers spiffe://dkm.local/ns/mail/sa/mailbox-worker",
        ["dkm group elevation"] = """
            dkm group elevation mailbox-workers --level managers=1 --level legal=1 --max 1h
            dkm group elevation mailbox-workers --none
            """,
        ["dkm elevate request"] = "dkm elevate request --group mailbox-workers --reason 'a mail does not open' --ticket INC-7 --duration 30m --ring mail/accounts --identity ops",
        ["dkm elevate approve"] = "dkm elevate approve 019ab0c1-9e3f-7c3a-8f3e-2b1d4c5e6f70 --reason 'agreed with the customer' --identity mia",
        ["dkm elevate credential"] = """
            dkm elevate credential 019ab0c1-9e3f-7c3a-8f3e-2b1d4c5e6f70 --identity ops
            dkm unprotect a.dkm --remote --identity elevated-019ab0c1-9e3f-7c3a-8f3e-2b1d4c5e6f70
            """,
        ["dkm ring create"] = """
            dkm ring create mail/accounts --bind mailbox-workers=hold
            dkm ring create pay/cards --bind gateways=encrypt --bind settlers=encrypt,decrypt --period 30d --lead 2h --serve remote
            """,
        ["dkm ring bind"] = "dkm ring bind mail/accounts keepers=manage readers=decrypt",
        ["dkm ring unbind"] = """
            dkm ring unbind mail/accounts readers
            dkm ring unbind mail/accounts workers=decrypt,encrypt
            """,
        ["dkm ring update"] = "dkm ring update mail/accounts --period 30d --key-lease 4h",
        ["dkm ring roll"] = """
            dkm ring roll mail/accounts --wait          the next key, published first, used after the lead
            dkm ring roll mail/accounts --immediate     after a compromise
            """,
        ["dkm ring status"] = "dkm ring status mail/accounts --watch",
        ["dkm key list"] = """
            dkm key list mail/accounts
            dkm key list --all --state destroyed --ids > destroyed.txt     what dkm restore --destroyed takes
            """,
        ["dkm backup"] = "dkm backup /var/backups/dkm/$(date +%F).dkmbackup",
        ["dkm restore"] = """
            dkm restore monday.dkmbackup --destroyed destroyed.txt
            dkm restore monday.dkmbackup --only keyring       when Access has its records
            """,
        ["dkm key show"] = "dkm key show mail/accounts 0198c6a4-7f7a-7c3e-9d0c-3f6f5d9b8a11",
        ["dkm protect"] = """
            echo -n secret | dkm protect --ring mail/accounts --context address=ada@hotmail.com --identity mailbox-worker > a.dkm
            dkm protect letter.pdf --ring mail/accounts --identity mailbox-worker --out letter.dkm
            """,
        ["dkm unprotect"] = "dkm unprotect a.dkm --context address=ada@hotmail.com --identity mailbox-worker",
        ["dkm reencrypt"] = "dkm reencrypt old.dkm --context address=ada@hotmail.com --identity mailbox-worker --out new.dkm",
        ["dkm datakey"] = "dkm datakey --ring mail/accounts --identity mailbox-worker --without-plaintext --out key.dkm",
        ["dkm access check"] = "dkm access check spiffe://dkm.local/human/admin mail/accounts decrypt",
        ["dkm pki issue"] = "dkm pki issue imap --id spiffe://dkm.local/ns/mail/sa/imap",
    };

    private const string ExitCodes = """
        0    ok; a --watch that --timeout ended
        1    failed inside, or doctor found something broken
        2    usage: the words of the command, its files, the home
        3    PERMISSION_DENIED, UNAUTHENTICATED; access check says no
        4    NOT_FOUND
        5    INVALID_ARGUMENT, and data that can't be opened
        6    UNAVAILABLE, RESOURCE_EXHAUSTED, DEADLINE_EXCEEDED (--timeout)
        7    FAILED_PRECONDITION, ABORTED (lost race), ALREADY_EXISTS
        8    doctor found something that works now and needs attention
        130  interrupted
        """;

    private const string Variables = """
        DKM_HOME      the default of --home
        DKM_IDENTITY  the default of --identity
        DKM_RING      the ring where none is named
        DKM_PORT      the default of dkm dev --port: the first of four ports, or 0 for free ones
        """;

    public static void Extend(RootCommand root)
    {
        foreach (var option in root.Options.OfType<HelpOption>())
        {
            option.Action = new WithExamples((HelpAction)option.Action!);
        }
    }

    private static void Section(TextWriter output, string heading, string text)
    {
        output.WriteLine(heading);
        foreach (var line in text.Split('\n'))
        {
            output.WriteLine("  " + line.TrimEnd('\r'));
        }

        output.WriteLine();
    }

    public static string PathOf(Command command)
    {
        var parent = command.Parents.OfType<Command>().FirstOrDefault();
        return parent is null ? "dkm" : $"{PathOf(parent)} {command.Name}";
    }

    private sealed class WithExamples(HelpAction usual) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            usual.Invoke(parseResult);
            var command = parseResult.CommandResult.Command;
            var output = parseResult.InvocationConfiguration.Output;
            if (Examples.TryGetValue(PathOf(command), out var examples))
            {
                Section(output, "Examples:", examples);
            }

            if (command is RootCommand)
            {
                Section(output, "Environment:", Variables);
                Section(output, "Exit codes:", ExitCodes);
            }

            return ExitCode.Ok;
        }
    }
}
