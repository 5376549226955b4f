namespace Dkm.Access.Approvals;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Access.Groups;
using Dkm.Access.Records;
using Dkm.Core;
using Dkm.Storage;

/// <summary>
/// Petitions in the store. What is decided rests on many records (who is in which group, who has approved), so it is written only if nothing at all was written since; the highest time goes
/// with it.
/// </summary>
internal sealed class PetitionRepository(AccessStore store, GroupDirectory directory, TimeProvider time)
{
    /// <summary>All of this moment.</summary>
    /// <exception cref="DkmException">UNAVAILABLE NOT_READY.</exception>
    public AccessState State
    {
        get
        {
            store.DemandReady();
            return directory.State;
        }
    }

    /// <summary>How long ago the store confirmed that this is the newest.</summary>
    public TimeSpan Age => store.Age;

    /// <param name="petition">As it shall be.</param>
    /// <param name="change">What is applied with it; null: nothing.</param>
    /// <param name="seen">What it was decided from.</param>
    /// <param name="now">Access's time, by which it was decided.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="DkmException">ABORTED LOST_RACE, UNAVAILABLE.</exception>
    public async Task<Petition> WriteAsync(Petition petition, GroupChange? change, AccessState seen, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var operation = OperationId();
        var changes = new RecordChanges().At(seen.Version).Put(petition.Path, PetitionRecords.Type, PetitionRecords.Write(petition, operation), petition.Version);
        change?.AddTo(changes, operation);
        var version = await store.CommitAsync(AddTime(changes, seen, now, operation), cancellationToken);
        return petition with { Version = version.Number };
    }

    /// <summary>What the sweep found due, in one step.</summary>
    /// <exception cref="DkmException">ABORTED LOST_RACE, UNAVAILABLE.</exception>
    public Task WriteAsync(PetitionDue due, AccessState seen, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var operation = OperationId();
        var changes = new RecordChanges().At(seen.Version);
        foreach (var petition in due.Ended)
        {
            changes.Put(petition.Path, PetitionRecords.Type, PetitionRecords.Write(petition, operation), petition.Version);
        }

        foreach (var petition in due.Forgotten)
        {
            changes.Delete(petition.Path, petition.Version);
        }

        return store.CommitAsync(AddTime(changes, seen, now, operation), cancellationToken);
    }

    private static RecordChanges AddTime(RecordChanges changes, AccessState seen, DateTimeOffset now, string operation) =>
        now > seen.HighestTime ? changes.Put(TimeRecords.Path, TimeRecords.Type, TimeRecords.Write(now, operation), seen.TimeVersion) : changes;

    private string OperationId() => KeyId.Create(time.GetUtcNow()).ToString();
}
