namespace Dkm.Audit;

/// <summary>The hashes of full subtrees, stored or computed.</summary>
public interface ITreeNodes
{
    /// <summary>The root of the 2^<paramref name="level"/> leaves from <paramref name="index"/> · 2^<paramref name="level"/> on, all of which exist.</summary>
    AuditHash Node(int level, long index);
}
