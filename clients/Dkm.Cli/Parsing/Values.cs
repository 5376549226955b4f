namespace Dkm.Cli.Parsing;

using System;
using System.Collections.Generic;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Linq;
using Dkm.Access.V1;
using Dkm.Cli.Output;
using Dkm.KeyRing.V1;

/// <summary>Turns tokens of the command line into values. Mistakes become parse errors: exit code 2, nothing tried.</summary>
internal static class Values
{
    private static readonly string[] KeyStateWords = [.. Enum.GetValues<Key.Types.State>().Where(state => state != Key.Types.State.Unspecified).Select(Words.Of)];

    // Applied is for proposals.
    private static readonly string[] PetitionStateWords =
    [
        .. Enum.GetValues<Petition.Types.State>()
            .Where(state => state is not (Petition.Types.State.Unspecified or Petition.Types.State.Applied))
            .Select(Elevations.ElevationView.WordOf),
    ];

    public static OutputForm ToOutputForm(ArgumentResult result) =>
        One(result, text => text switch
        {
            "text" => (true, OutputForm.Text),
            "json" => (true, OutputForm.Json),
            _ => (false, default),
        }, "--output is text or json");

    public static TimeSpan? ToDuration(ArgumentResult result) =>
        One<TimeSpan?>(result, text => (Durations.TryParse(text, out var value), value), $"a duration is {Durations.Grammar}");

    /// <summary>How long a command may take. Timers count no further than 49 days.</summary>
    public static TimeSpan? ToTimeout(ArgumentResult result) =>
        One<TimeSpan?>(
            result,
            text => (Durations.TryParse(text, out var value) && value >= TimeSpan.FromSeconds(1) && value <= TimeSpan.FromDays(30), value),
            "--timeout is 1s to 30d, such as 10s or 5m");

    /// <summary>A whole number between two, or a mistake that says the option and its bounds.</summary>
    public static Func<ArgumentResult, int?> ToNumber(int minimum, int maximum, string what) => result =>
        One<int?>(
            result,
            text => (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= minimum && value <= maximum, value),
            what);

    public static Suite ToSuite(ArgumentResult result) =>
        One(result, text => (TrySuite(text, out var suite), suite), "a suite is 1 (XAES-256-GCM) or 3 (AEGIS-256)");

    public static Suite[] ToSuites(ArgumentResult result)
    {
        var suites = new List<Suite>();
        foreach (var token in result.Tokens)
        {
            foreach (var part in token.Value.Split(','))
            {
                if (!TrySuite(part, out var suite))
                {
                    result.AddError($"'{part}': a suite is 1 (XAES-256-GCM) or 3 (AEGIS-256)");
                    return [];
                }

                suites.Add(suite);
            }
        }

        return [.. suites];
    }

    public static Serve ToServe(ArgumentResult result) =>
        One(result, text => text switch
        {
            "both" => (true, Serve.Both),
            "local" => (true, Serve.Local),
            "remote" => (true, Serve.Remote),
            _ => (false, default),
        }, "--serve is both, local or remote");

    public static Group.Types.Kind ToGroupKind(ArgumentResult result) =>
        One(result, text => text switch
        {
            "workload" => (true, Group.Types.Kind.Workload),
            "human" => (true, Group.Types.Kind.Human),
            _ => (false, default),
        }, "--kind is workload or human");

    public static Permission ToPermission(ArgumentResult result) =>
        One(result, text => (PermissionWords.TryParse(text, out var permission), permission), "a permission is encrypt, decrypt, hold, decrypt_compromised, manage or destroy");

    /// <summary>A state as lists print it, in any case.</summary>
    public static string? ToKeyState(ArgumentResult result) =>
        One(result, text => (KeyStateWords.Contains(text.ToUpperInvariant()), text.ToUpperInvariant()), "--state is " + string.Join(", ", KeyStateWords).ToLowerInvariant());

    /// <summary>A state as lists print it, in any case.</summary>
    public static string? ToPetitionState(ArgumentResult result) =>
        One(
            result,
            text => (PetitionStateWords.Contains(text.ToUpperInvariant()), text.ToUpperInvariant()),
            "--state is " + string.Join(", ", PetitionStateWords).ToLowerInvariant());

    public static LevelArgument[] ToLevels(ArgumentResult result)
    {
        var levels = new List<LevelArgument>();
        foreach (var token in result.Tokens)
        {
            if (LevelArgument.TryParse(token.Value, out var level, out var problem))
            {
                levels.Add(level);
            }
            else
            {
                result.AddError(problem);
            }
        }

        return [.. levels];
    }

    /// <summary>One of those that have a store.</summary>
    public static Core.DkmService? ToStoringService(ArgumentResult result) =>
        One(result, text => text switch
        {
            "access" => (true, Core.DkmService.Access),
            "keyring" => (true, Core.DkmService.KeyRing),
            _ => (false, (Core.DkmService?)null),
        }, "--only is access or keyring");

    public static BindingArgument[] ToBindings(ArgumentResult result)
    {
        var bindings = new List<BindingArgument>();
        foreach (var token in result.Tokens)
        {
            if (BindingArgument.TryParse(token.Value, out var binding, out var problem))
            {
                bindings.Add(binding);
            }
            else
            {
                result.AddError(problem);
            }
        }

        return [.. bindings];
    }

    public static UnbindingArgument? ToUnbinding(ArgumentResult result)
    {
        if (!UnbindingArgument.TryParse(result.Tokens[^1].Value, out var unbinding, out var problem))
        {
            result.AddError(problem);
        }

        return unbinding;
    }

    public static ContextPair[] ToContext(ArgumentResult result)
    {
        var pairs = new List<ContextPair>();
        foreach (var token in result.Tokens)
        {
            if (ContextPair.TryParse(token.Value, out var pair, out var problem))
            {
                pairs.Add(pair);
            }
            else
            {
                result.AddError(problem);
            }
        }

        return [.. pairs];
    }

    private static T One<T>(ArgumentResult result, Func<string, (bool Good, T Value)> parse, string grammar)
    {
        var text = result.Tokens.Count > 0 ? result.Tokens[^1].Value : string.Empty;
        var (good, value) = parse(text);
        if (!good)
        {
            result.AddError($"'{text}': {grammar}");
        }

        return value;
    }

    private static bool TrySuite(string text, out Suite suite)
    {
        suite = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? (Suite)number
            : Suite.Unspecified;
        return suite is Suite.Xaes256Gcm or Suite.Aegis256;
    }
}
