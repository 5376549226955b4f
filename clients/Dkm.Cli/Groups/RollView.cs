namespace Dkm.Cli.Groups;

/// <summary>A ring that rolls because somebody can hold it no more.</summary>
/// <param name="KeyRing">The ring.</param>
/// <param name="Within">In about what time the key that she does not get becomes primary.</param>
internal sealed record RollView(string KeyRing, string Within);
