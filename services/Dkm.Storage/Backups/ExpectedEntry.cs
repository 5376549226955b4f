namespace Dkm.Storage;

using System;

/// <summary>What has to lie at a path once a restore is over.</summary>
/// <param name="Path">Below the service's prefix.</param>
/// <param name="Value">As the section has it.</param>
/// <param name="Record">The same, opened; null of a store key.</param>
/// <param name="Rewritten">The body instead of the record's own; null if it stays as it is.</param>
internal sealed record ExpectedEntry(string Path, ReadOnlyMemory<byte> Value, OpenedRecord? Record, byte[]? Rewritten)
{
    /// <summary>
    /// Whether what was found is it. A record that is rewritten was sealed anew by each attempt; whoever has not the store key cannot have made it, and it says the same.
    /// </summary>
    /// <param name="context">Opens what was found.</param>
    /// <param name="found">What lies there.</param>
    /// <param name="opened">What was found, opened; null of a store key.</param>
    public bool IsMetBy(ServiceContext context, StoreEntry found, out OpenedRecord? opened)
    {
        opened = Record;
        return Rewritten is { } body
            ? context.Sealer.Open(context.Keys, found, Path, out opened) is null && opened!.Header.Type == Record!.Header.Type && opened.Body.AsSpan().SequenceEqual(body)
            : found.Value.Span.SequenceEqual(Value.Span);
    }

    /// <summary>What an attempt without the same changes has left there, or one before ours.</summary>
    public bool IsAsInTheSection(StoreEntry found) => found.Value.Span.SequenceEqual(Value.Span);
}
