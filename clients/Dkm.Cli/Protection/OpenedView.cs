namespace Dkm.Cli.Protection;

/// <summary>What <c>--output json</c> tells of an opened envelope.</summary>
internal sealed record OpenedView
{
    public required string KeyRing { get; init; }

    public required string KeyId { get; init; }

    /// <summary>local or remote.</summary>
    public required string Where { get; init; }

    /// <summary>Base64, unless it went to a file.</summary>
    public byte[]? Plaintext { get; init; }

    public string? Path { get; init; }
}
