namespace Dkm.Storage;

/// <summary>A condition of a transaction: the path's mod or create revision is exactly this; 0 means that nothing lies there.</summary>
/// <param name="Path">The full path.</param>
/// <param name="Target">Which of its revisions.</param>
/// <param name="Revision">What it has to be.</param>
public sealed record StoreCompare(string Path, StoreCompareTarget Target, long Revision)
{
    public static StoreCompare Unchanged(string path, long modRevision) => new(path, StoreCompareTarget.ModRevision, modRevision);

    public static StoreCompare Absent(string path) => new(path, StoreCompareTarget.CreateRevision, 0);

    public static StoreCompare CreatedAt(string path, long createRevision) => new(path, StoreCompareTarget.CreateRevision, createRevision);

    /// <summary>True if it holds for what lies at the path.</summary>
    public bool Holds(StoreEntry? entry) =>
        Revision == ((Target == StoreCompareTarget.ModRevision ? entry?.ModRevision : entry?.CreateRevision) ?? 0);
}
