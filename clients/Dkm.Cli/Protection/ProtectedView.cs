namespace Dkm.Cli.Protection;

/// <summary>What <c>--output json</c> tells of a new envelope.</summary>
internal sealed record ProtectedView
{
    /// <summary>The ring, if the caller named it.</summary>
    public string? KeyRing { get; init; }

    public required string KeyId { get; init; }

    /// <summary>Of what was re-encrypted.</summary>
    public string? SourceKeyId { get; init; }

    public required int Suite { get; init; }

    /// <summary>local or remote.</summary>
    public required string Where { get; init; }

    /// <summary>The text form, unless it went to a file.</summary>
    public string? Envelope { get; init; }

    public string? Path { get; init; }
}
