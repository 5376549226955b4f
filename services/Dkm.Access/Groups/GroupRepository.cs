namespace Dkm.Access.Groups;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Access.Records;
using Dkm.Core;
using Dkm.Storage;

/// <summary>Groups in the store. A write is applied to the directory before it returns, so a caller reads her own writes.</summary>
internal sealed class GroupRepository(AccessStore store, GroupDirectory directory, TimeProvider time)
{
    /// <summary>All groups of this moment.</summary>
    /// <exception cref="DkmException">UNAVAILABLE NOT_READY.</exception>
    public GroupSet Groups
    {
        get
        {
            store.DemandReady();
            return directory.Groups;
        }
    }

    /// <summary>Writes a group over the version that it was decided from; 0: it must not exist.</summary>
    /// <exception cref="DkmException">ABORTED LOST_RACE, UNAVAILABLE.</exception>
    public Task<StoredGroup> WriteAsync(StoredGroup group, CancellationToken cancellationToken) => WriteAsync(group, new RecordChanges(), cancellationToken);

    /// <summary>
    /// Writes a group that a request with an id makes, if nothing was written since <paramref name="seen"/>: that no group has the id yet rests on all of them.
    /// </summary>
    /// <exception cref="DkmException">ABORTED LOST_RACE, UNAVAILABLE.</exception>
    public Task<StoredGroup> CreateAsync(StoredGroup group, GroupSet seen, CancellationToken cancellationToken)
    {
        var changes = new RecordChanges();
        if (group.RequestId.Length > 0)
        {
            changes.At(new ManifestVersion(seen.Policy.Version.Epoch, seen.Policy.Version.Number));
        }

        return WriteAsync(group, changes, cancellationToken);
    }

    /// <exception cref="DkmException">ABORTED LOST_RACE, UNAVAILABLE.</exception>
    public Task DeleteAsync(StoredGroup group, CancellationToken cancellationToken) =>
        store.CommitAsync(new RecordChanges().Delete(group.Path, group.Version), cancellationToken);

    private async Task<StoredGroup> WriteAsync(StoredGroup group, RecordChanges changes, CancellationToken cancellationToken)
    {
        var body = GroupRecords.Write(group, KeyId.Create(time.GetUtcNow()).ToString());
        var version = await store.CommitAsync(changes.Put(group.Path, GroupRecords.Type, body, group.Version), cancellationToken);
        return group with { Version = version.Number };
    }
}
