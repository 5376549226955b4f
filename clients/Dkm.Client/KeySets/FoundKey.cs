namespace Dkm.Client.KeySets;

/// <summary>A key and the ring that it is of.</summary>
public readonly record struct FoundKey(HeldRing Ring, HeldKey Key);
