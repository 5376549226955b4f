namespace Dkm.Cli.Protection;

using Dkm.Cli.Output;

internal sealed record EnvelopeView
{
    public required string KeyId { get; init; }

    public required int Suite { get; init; }

    public required int Length { get; init; }

    public required long PlaintextLength { get; init; }

    public bool Segmented { get; init; }

    /// <summary>Absent where the caller may not know it.</summary>
    public string? KeyRing { get; init; }

    public string? KeyState { get; init; }

    public string? KeyActivateTime { get; init; }

    /// <summary>Why the ring is not told.</summary>
    public string? Note { get; init; }

    public string ToText() => Columns.Facts(
        ("key", KeyId),
        ("suite", Words.OfSuite(Suite)),
        ("plaintext", $"{PlaintextLength} bytes, {Length} in the envelope"),
        ("ring", KeyRing),
        ("key state", KeyState is null ? null : $"{KeyState}, activated {KeyActivateTime}"),
        ("note", Note));
}
