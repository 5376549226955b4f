namespace Dkm.Cli.Rings;

using System;
using System.Collections.Generic;
using System.CommandLine;
using Dkm.Cli.Parsing;
using Dkm.KeyRing.V1;
using Google.Protobuf.WellKnownTypes;

/// <summary>The policy of a ring as options. What is not given keeps its default (create) or its value (update).</summary>
internal sealed class PolicyOptions
{
    private readonly Option<TimeSpan?> period = Duration("--period", "From one primary key to the next: at least 1h (development 1s), and longer than the lead that key lease and --lead make [90d]");
    private readonly Option<TimeSpan?> lead = Duration("--lead", "How long before its time a key is published, at least 1m (development 1s); never less than the key lease [1h]");
    private readonly Option<TimeSpan?> keyLease = Duration("--key-lease", "How long a holder that is cut off may go on, 1s to 30d [24h]");
    private readonly Option<TimeSpan?> staleness = Duration("--policy-staleness", "How long Crypto may decide by a policy that it can't confirm, 1s to 30d [1h]");
    private readonly Option<TimeSpan?> destroyDelay = Duration("--destroy-delay", "From scheduling a key's destruction to it, at least 7d (development 1s) [30d]");

    private readonly Option<int?> archiveAfter = new("--archive-after")
    {
        Description = "How many keys that were primary stay live, 1 to 100 [3]",
        HelpName = "N",
        CustomParser = Values.ToNumber(1, 100, "--archive-after is 1 to 100 keys"),
    };

    private readonly Option<Suite?> suite = new("--suite")
    {
        Description = "What new envelopes are made with: 1 XAES-256-GCM, 3 AEGIS-256 [1]",
        HelpName = "1|3",
        CustomParser = result => Values.ToSuite(result),
    };

    private readonly Option<Suite[]?> readSuites = new("--read-suites")
    {
        Description = "What may be opened [all]",
        HelpName = "1,3",
        CustomParser = Values.ToSuites,
    };

    private readonly Option<Serve?> serve = new("--serve")
    {
        Description = "Where it may be used: in holders' own processes (local), through Crypto (remote), or both [both]",
        HelpName = "both|local|remote",
        CustomParser = result => Values.ToServe(result),
    };

    /// <param name="command">What takes them.</param>
    /// <param name="withDefaults">Whether what is not given takes the default; an update leaves it.</param>
    public void AddTo(Command command, bool withDefaults)
    {
        command.Add(period);
        command.Add(lead);
        command.Add(keyLease);
        command.Add(archiveAfter);
        command.Add(suite);
        command.Add(readSuites);
        command.Add(serve);
        command.Add(staleness);
        command.Add(destroyDelay);
        foreach (var option in (System.CommandLine.Option[])[period, lead, keyLease, archiveAfter, suite, readSuites, serve, staleness, destroyDelay])
        {
            var text = option.Description!;
            var at = text.LastIndexOf(" [", StringComparison.Ordinal);
            option.Description = withDefaults ? text.Insert(at + 2, "default: ") : text[..at];
        }
    }

    /// <summary>What was given, and the paths of an update mask that say so.</summary>
    public (KeyRingPolicy Policy, List<string> Paths) Read(ParseResult parse)
    {
        var policy = new KeyRingPolicy();
        var paths = new List<string>();
        Take(parse.GetValue(period), "policy.rollover_period", value => policy.RolloverPeriod = value.ToDuration());
        Take(parse.GetValue(lead), "policy.activation_lead", value => policy.ActivationLead = value.ToDuration());
        Take(parse.GetValue(keyLease), "policy.key_lease", value => policy.KeyLease = value.ToDuration());
        Take(parse.GetValue(staleness), "policy.policy_staleness", value => policy.PolicyStaleness = value.ToDuration());
        Take(parse.GetValue(destroyDelay), "policy.destroy_delay", value => policy.DestroyDelay = value.ToDuration());
        Take(parse.GetValue(archiveAfter), "policy.archive_after", value => policy.ArchiveAfter = value);
        Take(parse.GetValue(suite), "policy.suite", value => policy.Suite = value);
        Take(parse.GetValue(serve), "policy.serve", value => policy.Serve = value);
        if (parse.GetValue(readSuites) is { Length: > 0 } suites)
        {
            policy.ReadSuites.Add(suites);
            paths.Add("policy.read_suites");
        }

        return (policy, paths);

        void Take<T>(T? value, string path, Action<T> set)
            where T : struct
        {
            if (value is { } given)
            {
                set(given);
                paths.Add(path);
            }
        }
    }

    private static Option<TimeSpan?> Duration(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "DURATION",
        CustomParser = Values.ToDuration,
    };
}
