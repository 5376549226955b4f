namespace Dkm.Cli.Protection;

/// <summary>What was in an envelope, and the ring that it is of. Whoever receives it zeroes the plaintext.</summary>
internal sealed record Opened(byte[] Plaintext, string Ring);
