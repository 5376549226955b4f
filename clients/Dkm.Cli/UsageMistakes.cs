namespace Dkm.Cli;

using System;
using System.Collections.Generic;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Linq;
using Dkm.Cli.Failures;

/// <summary>What is wrong with the words of a command line, in words of ours, and what was most likely meant.</summary>
internal static class UsageMistakes
{
    /// <summary>Null if the words are a command.</summary>
    public static UsageException? Find(ParseResult parse)
    {
        var command = parse.CommandResult.Command;
        var help = $"see: {Help.PathOf(command)} --help";
        if (Unknown(parse) is { } unknown)
        {
            var meant = Meant(parse, unknown).ToList();
            return new UsageException(
                Headline(command, unknown),
                meant.Count == 0 ? help : $"did you mean: {string.Join(", or ", meant)}\n{help}");
        }

        if (parse.Errors.Count == 0)
        {
            return null;
        }

        return command.Subcommands.Count > 0
            ? new UsageException($"{Help.PathOf(command)} what? {string.Join(", ", command.Subcommands.Select(known => known.Name))}", help)
            : new UsageException(string.Join('\n', parse.Errors.Select(error => Say(command, error)).Distinct(StringComparer.Ordinal)), help);
    }

    /// <summary>A word that is neither a command nor an option nor an argument, or an option that was taken for an argument.</summary>
    private static string? Unknown(ParseResult parse)
    {
        var option = parse.Tokens.Any(token => token.Type == TokenType.DoubleDash)
            ? null
            : parse.CommandResult.Children.OfType<ArgumentResult>()
                .SelectMany(argument => argument.Tokens)
                .Select(token => token.Value)
                .FirstOrDefault(IsOption);
        return option ?? (parse.UnmatchedTokens.Count > 0 ? parse.UnmatchedTokens[0] : null);
    }

    private static bool IsOption(string word) => word.Length > 1 && word[0] == '-';

    private static string Headline(Command command, string unknown) => IsOption(unknown)
        ? $"'{unknown}' is no option of {Help.PathOf(command)}"
        : command.Subcommands.Count > 0
            ? $"there is no command '{Help.PathOf(command)} {unknown}'"
            : $"'{unknown}' is one word too many for {Help.PathOf(command)}";

    private static IEnumerable<string> Meant(ParseResult parse, string unknown)
    {
        var command = parse.CommandResult.Command;
        if (IsOption(unknown))
        {
            return Nearest.Of(unknown.Split('=')[0], Options(command).Where(option => !option.Hidden).Select(option => option.Name));
        }

        var near = Nearest.Of(unknown, command.Subcommands.Select(known => known.Name)).Select(name => $"{Help.PathOf(command)} {name}").ToList();
        return near.Count > 0 || command is not RootCommand
            ? near
            : command.Subcommands.SelectMany(group => group.Subcommands).Where(known => known.Name == unknown).Select(Help.PathOf);
    }

    private static IEnumerable<Option> Options(Command command) => command.Options
        .Concat(command.Parents.OfType<Command>().SelectMany(Options).Where(option => option.Recursive));

    private static string Say(Command command, ParseError error) => error.SymbolResult switch
    {
        ArgumentResult { Tokens.Count: 0, Parent: OptionResult option } => $"{option.Option.Name} needs a value",
        OptionResult { Tokens.Count: 0 } option when option.Option.Arity.MinimumNumberOfValues > 0 && !option.Option.Required => $"{option.Option.Name} needs a value",
        ArgumentResult { Tokens.Count: 0 } argument => $"{Help.PathOf(command)} needs {argument.Argument.HelpName ?? argument.Argument.Name}",
        _ => WithoutTypes(error.Message),
    };

    /// <summary>The parser names .NET's types; nobody types those.</summary>
    private static string WithoutTypes(string message)
    {
        var at = message.IndexOf(" as expected type", StringComparison.Ordinal);
        return at < 0 ? message : message[..at];
    }
}
