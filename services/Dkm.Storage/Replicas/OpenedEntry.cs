namespace Dkm.Storage;

/// <summary>What a page had at a path.</summary>
/// <param name="Path">Below the service's prefix.</param>
/// <param name="Record">The record, if it is one and opens.</param>
/// <param name="Digest">Its part of the manifest's sum.</param>
/// <param name="Refusal">Why it does not open.</param>
internal readonly record struct OpenedEntry(string Path, OpenedRecord? Record, MultisetDigest Digest, Refusal? Refusal);
