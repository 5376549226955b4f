namespace Dkm.UnitTests.Model;

/// <summary>The store; its branch is 1 after an old snapshot was put back: the manifest's version and what it adds up to, the ring's record and its keys, another record, the election key.</summary>
internal readonly record struct ModelStore(
    int Version, int Ring, int Other, int DigestOfRing, int DigestOfOther, KeySet Keys, int Fence, int FenceEnd, int Branch)
{
    public bool AddsUp => DigestOfRing == Ring && DigestOfOther == Other;
}
