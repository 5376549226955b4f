namespace Dkm.Core.Secrets;

using System;

/// <summary>A record as it was sealed, and what it must not have been moved away from.</summary>
/// <param name="Bytes">What <see cref="RecordSealing.Seal"/> made.</param>
/// <param name="AssociatedData">The same as at the sealing.</param>
public readonly record struct SealedRecord(ReadOnlyMemory<byte> Bytes, ReadOnlyMemory<byte> AssociatedData);
