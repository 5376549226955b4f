namespace Dkm.Cli.Protection;

/// <summary>A fresh data key and its envelope. Whoever receives it zeroes the plaintext, which is empty if it was not wanted.</summary>
internal sealed record DataKey(byte[] Plaintext, byte[] Envelope);
