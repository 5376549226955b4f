namespace Dkm.Audit;

using System;
using System.Threading;

/// <summary>
/// Two batches: while one is being written the other fills. Its bound is the size of a batch, so what waits can never outgrow the next write.
/// </summary>
internal sealed class LogQueue(long next) : IDisposable
{
    private readonly Lock gate = new();
    private readonly AutoResetEvent wake = new(initialState: false);
    private PendingBatch filling = Started(next);
    private PendingBatch spare = new();
    private Exception? refusal;
    private bool closed;

    /// <summary>Why nothing is taken; null if it is.</summary>
    public Exception? Refusal
    {
        get
        {
            lock (gate)
            {
                return refusal;
            }
        }
    }

    /// <exception cref="Dkm.Core.DkmException">UNAVAILABLE: nothing is taken, or too much waits already.</exception>
    public AuditTicket Add(AuditEntry entry)
    {
        AuditTicket ticket;
        bool first;
        lock (gate)
        {
            if (refusal is not null)
            {
                throw AuditErrors.Unavailable(refusal.Message, refusal);
            }

            if (closed)
            {
                throw AuditErrors.Unavailable("the audit log is closed");
            }

            if (!filling.HasRoom)
            {
                throw AuditErrors.Busy();
            }

            ticket = new AuditTicket(filling.Add(entry), filling.Written);
            first = filling.Count == 1;
        }

        if (first)
        {
            wake.Set();
        }

        return ticket;
    }

    /// <summary>What has to be written next; null when the queue was closed and is empty. The batch taken before is used again.</summary>
    public PendingBatch? Take()
    {
        while (true)
        {
            lock (gate)
            {
                if (filling.Count > 0 && refusal is not BrokenLogException)
                {
                    var taken = filling;
                    spare.Begin(taken.First + taken.Count);
                    (filling, spare) = (spare, taken);
                    return taken;
                }

                if (closed)
                {
                    return null;
                }
            }

            wake.WaitOne();
        }
    }

    /// <summary>Refuses all who wait for what is not being written yet, and all who come. For good, if <paramref name="why"/> says that the log is broken.</summary>
    public void Refuse(Exception why)
    {
        lock (gate)
        {
            if (refusal is not BrokenLogException)
            {
                refusal = why;
                filling.Fail(AuditErrors.Unavailable(why.Message, why));
            }
        }
    }

    /// <summary>Takes again after a refusal that was not for good. Records that were refused while they waited stay in their batch and are written: their places are given.</summary>
    public void TakeAgain()
    {
        lock (gate)
        {
            refusal = refusal is BrokenLogException ? refusal : null;
        }
    }

    /// <summary>Takes nothing more; what waits is still written.</summary>
    public void Close()
    {
        lock (gate)
        {
            closed = true;
        }

        wake.Set();
    }

    public void Dispose() => wake.Dispose();

    private static PendingBatch Started(long next)
    {
        var batch = new PendingBatch();
        batch.Begin(next);
        return batch;
    }
}
