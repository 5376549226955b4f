namespace Dkm.Cli.Failures;

using System;

/// <summary>The command was not given what it needs; nothing was tried. Exit code 2.</summary>
internal sealed class UsageException(string message, string? hint = null) : Exception(message)
{
    /// <summary>What to type instead.</summary>
    public string? Hint { get; } = hint;
}
