namespace Dkm.Core.Envelopes;

/// <summary>What an envelope says about itself without a key. Nothing of it is authenticated until the envelope was opened.</summary>
/// <param name="Suite">Its construction.</param>
/// <param name="Flags">Always <see cref="EnvelopeFlags.None"/> in this version.</param>
/// <param name="KeyId">The key that made it.</param>
/// <param name="Length">Bytes before the ciphertext, nonce included.</param>
/// <param name="PlaintextLength">Bytes of the plaintext.</param>
public readonly record struct EnvelopeHeader(Suite Suite, EnvelopeFlags Flags, KeyId KeyId, int Length, int PlaintextLength);
