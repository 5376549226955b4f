namespace Dkm.Storage;

/// <summary>What a restore made.</summary>
/// <param name="Version">Where the records are now.</param>
/// <param name="Records">How many there are.</param>
public sealed record RestoreResult(ManifestVersion Version, long Records);
