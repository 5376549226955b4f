namespace Dkm.Cli.Failures;

using System.Text.Json.Serialization;

/// <summary>All that a failed command tells: the answer, and what the caller may do about it.</summary>
internal sealed record Failure
{
    /// <summary>A status code's name, or USAGE.</summary>
    public required string Code { get; init; }

    /// <summary>The stable reason.</summary>
    public string? Reason { get; init; }

    public required string Message { get; init; }

    /// <summary>The request's field at fault.</summary>
    public string? Field { get; init; }

    /// <summary>The flag or argument to change, where the field has one.</summary>
    public string? Flag { get; init; }

    /// <summary>Who the caller is.</summary>
    public string? Caller { get; init; }

    /// <summary>The name of the identity in the home.</summary>
    public string? Identity { get; init; }

    /// <summary>What is missing.</summary>
    public string? Missing { get; init; }

    /// <summary>What may be done, a line each.</summary>
    public string[]? Advice { get; init; }

    public required int ExitCode { get; init; }

    /// <summary>JSON's outer object.</summary>
    internal sealed record Envelope([property: JsonPropertyName("error")] Failure Error);
}
