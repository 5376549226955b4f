namespace Dkm.KeyRing.Rollover;

using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.KeyRing.Rings;
using Dkm.Storage;

/// <summary>Removes notes of requests that nobody will repeat, so that they don't grow for ever. The leader's work, since one is enough.</summary>
internal sealed class OldRequests(RingCatalog catalog, KeyRingStore store, TimeProvider time)
{
    private const int NotesPerCommit = 100;
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);
    private DateTimeOffset next;

    public async Task RunAsync(StoreCompare fence, CancellationToken token)
    {
        var now = time.GetUtcNow();
        if (now < next)
        {
            return;
        }

        foreach (var notes in catalog.Content.Requests.Values.Where(note => note.IsOld(now)).Chunk(NotesPerCommit).ToList())
        {
            var changes = new RecordChanges().Require(fence);
            foreach (var note in notes)
            {
                changes.Delete(RequestNote.Path(note.Id), note.RecordVersion);
            }

            await store.Current.CommitAsync(changes, token);
        }

        next = now + Pause;
    }
}
