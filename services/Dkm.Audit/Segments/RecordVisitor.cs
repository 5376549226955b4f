namespace Dkm.Audit;

using System;

/// <summary>Is shown one record after the other.</summary>
/// <returns>Whether to go on.</returns>
internal delegate bool RecordVisitor(long index, ReadOnlySpan<byte> body);
