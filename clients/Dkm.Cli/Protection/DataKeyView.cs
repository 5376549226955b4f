namespace Dkm.Cli.Protection;

internal sealed record DataKeyView
{
    public required string KeyRing { get; init; }

    public required string KeyId { get; init; }

    /// <summary>local or remote.</summary>
    public required string Where { get; init; }

    /// <summary>Base64; absent if it was not wanted.</summary>
    public byte[]? Plaintext { get; init; }

    /// <summary>The text form, unless it went to a file.</summary>
    public string? Envelope { get; init; }

    public string? Path { get; init; }
}
