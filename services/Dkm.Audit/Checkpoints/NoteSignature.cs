namespace Dkm.Audit;

using System;

/// <summary>One signature line of a note, verified or not.</summary>
/// <param name="Name">The key's name.</param>
/// <param name="KeyId">A hint, not a proof: the first four bytes of a hash over name, type and public key.</param>
/// <param name="Signature">What follows the key id; 64 bytes of Ed25519, or 8 bytes of time before them in a cosignature.</param>
public sealed record NoteSignature(string Name, uint KeyId, ReadOnlyMemory<byte> Signature);
