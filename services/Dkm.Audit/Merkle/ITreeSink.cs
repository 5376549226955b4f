namespace Dkm.Audit;

/// <summary>Is told of each full subtree at the moment when its last leaf comes; leaves are level 0.</summary>
public interface ITreeSink
{
    void Completed(int level, long index, AuditHash hash);
}
