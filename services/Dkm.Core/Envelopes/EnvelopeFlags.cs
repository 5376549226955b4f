namespace Dkm.Core.Envelopes;

using System;

/// <summary>The byte at offset 5. All bits not named here are zero, else the envelope is refused.</summary>
[Flags]
public enum EnvelopeFlags : byte
{
    /// <summary>One message.</summary>
    None = 0,

    /// <summary>A segmented stream. Reserved: this version neither makes nor opens them.</summary>
    Segmented = 1,
}
