namespace Dkm.Crypto.Operations;

using Dkm.Client.KeySets;

/// <summary>A plaintext, to be zeroed by who has it, and what opened it.</summary>
internal readonly record struct Opened(HeldRing Ring, HeldKey Key, byte[] Plaintext);
