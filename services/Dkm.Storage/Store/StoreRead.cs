namespace Dkm.Storage;

/// <summary>Answer to a get.</summary>
/// <param name="Entry">What lies there; null for nothing.</param>
/// <param name="Revision">The revision at which that is so.</param>
public sealed record StoreRead(StoreEntry? Entry, long Revision);
