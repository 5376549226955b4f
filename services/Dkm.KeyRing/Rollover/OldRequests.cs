namespace Dkm.KeyRing.Rollover;

using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.KeyRing.Rings;
using Dkm.Storage;

/// <summary>
/// Removes notes of requests that nobody will repeat, so that they don't grow for ever. The leader's work, since one is enough; one commit in a turn, so that however many
/// there are rollover is not held up.
/// </summary>
internal sealed class OldRequests(RingCatalog catalog, KeyRingStore store, TimeProvider time)
{
    public const int NotesPerCommit = 100;
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);
    private DateTimeOffset next;

    public async Task RunAsync(StoreCompare fence, CancellationToken token)
    {
        var now = time.GetUtcNow();
        if (now < next)
        {
            return;
        }

        var old = catalog.Content.Requests.Values.Where(note => note.IsOld(now)).Take(NotesPerCommit).ToList();
        if (old.Count > 0)
        {
            var changes = new RecordChanges().Require(fence);
            old.ForEach(note => changes.Delete(RequestNote.Path(note.Id), note.RecordVersion));
            await store.Current.CommitAsync(changes, token);
        }

        next = old.Count == NotesPerCommit ? now : now + Pause;
    }
}
