namespace Dkm.Storage;

using System.Collections.Generic;
using Etcdserverpb;
using Mvccpb;

/// <summary>
/// Makes whole revisions of what a watch brings. etcd's watches have repeated events and gone back in time (etcd #15271): what was handed over already is
/// left out, and an order that cannot be right ends the session.
/// </summary>
internal sealed class EtcdEventOrder
{
    private List<StoreEvent>? open;
    private long openRevision;

    public EtcdEventOrder(long next) => Next = next;

    /// <summary>The first revision that has not been handed over.</summary>
    public long Next { get; private set; }

    /// <summary>The revisions that this message completes.</summary>
    /// <exception cref="EtcdCallException">The order is broken.</exception>
    public IReadOnlyList<StoreWatchBatch> Take(WatchResponse message)
    {
        var complete = new List<StoreWatchBatch>();
        foreach (var change in message.Events)
        {
            var revision = change.Kv.ModRevision;
            if (revision < Next)
            {
                continue;
            }

            if (open is not null && revision < openRevision)
            {
                throw new EtcdCallException(EtcdFailure.Unclear, $"the watch went from revision {openRevision} back to {revision}");
            }

            if (revision > openRevision)
            {
                Close(complete);
            }

            (open ??= []).Add(new StoreEvent(
                EtcdMessages.Path(change.Kv), change.Type == Event.Types.EventType.Delete ? null : EtcdMessages.Entry(change.Kv)));
            openRevision = revision;
        }

        // More of the last revision may follow in the next fragment.
        if (!message.Fragment)
        {
            Close(complete);
        }

        return complete;
    }

    private void Close(List<StoreWatchBatch> complete)
    {
        if (open is not null)
        {
            complete.Add(new StoreWatchBatch(openRevision, open));
            (open, Next) = (null, openRevision + 1);
        }
    }
}
