namespace Dkm.Access.Groups;

using Dkm.Access.Records;
using Dkm.Storage;

/// <summary>What a request makes of one group, decided and not written yet.</summary>
/// <param name="Before">As it was; null where it is made.</param>
/// <param name="After">As it shall be; null where it is deleted, and the same object as <paramref name="Before"/> where nothing changes.</param>
internal sealed record GroupChange(StoredGroup? Before, StoredGroup? After)
{
    public bool IsNothing => ReferenceEquals(Before, After);

    public RecordChanges AddTo(RecordChanges changes, string operationId)
    {
        if (After is { } after)
        {
            return IsNothing ? changes : changes.Put(after.Path, GroupRecords.Type, GroupRecords.Write(after, operationId), after.Version);
        }

        return changes.Delete(Before!.Path, Before.Version);
    }
}
