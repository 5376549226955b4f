namespace Dkm.Storage;

/// <summary>A change of one path.</summary>
/// <param name="Path">The full path.</param>
/// <param name="Entry">What lies there now; null if it was deleted.</param>
public sealed record StoreEvent(string Path, StoreEntry? Entry);
