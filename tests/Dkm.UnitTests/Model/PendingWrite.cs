namespace Dkm.UnitTests.Model;

/// <summary>What a leader decided and has not heard about yet.</summary>
/// <param name="Version">The manifest that it stands on.</param>
/// <param name="Ring">The ring's record that it stands on.</param>
/// <param name="Other">The other record that it stands on.</param>
/// <param name="Before">The keys as it knew them.</param>
/// <param name="After">The keys as they shall be; new ones have no id yet.</param>
/// <param name="Fence">The election key that it believes to hold.</param>
/// <param name="Decided">When.</param>
/// <param name="Sent">It is on the wire: its sender sleeps until the answer.</param>
internal readonly record struct PendingWrite(int Version, int Ring, int Other, KeySet Before, KeySet After, int Fence, int Decided, bool Sent);
