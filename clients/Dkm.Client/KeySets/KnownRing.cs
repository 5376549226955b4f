namespace Dkm.Client.KeySets;

/// <summary>How far a ring had got when it was last seen; outlives its keys.</summary>
internal sealed record KnownRing(string Uid, long Revision);
