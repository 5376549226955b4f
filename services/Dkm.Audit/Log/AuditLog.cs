namespace Dkm.Audit;

using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Microsoft.Extensions.Logging;

/// <summary>
/// The log of one replica: it only grows, and says so with a signature. One thread writes: whoever comes while it flushes waits for the next flush together
/// with all others who do.
/// </summary>
public sealed class AuditLog : IAsyncDisposable
{
    private const int LookEvery = 1 << 20;

    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(1);

    private readonly AuditLogOptions options;
    private readonly LogStore store;
    private readonly LogQueue queue;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Thread writer;
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock checkpointGate = new();
    private readonly ITimer watch;
    private volatile PendingBatch? underWay;
    private long begun;
    private int disk;
    private int unlooked;

    private AuditLog(AuditLogOptions options, LogKey key, LogStore store, TimeProvider time, ILogger logger)
    {
        this.options = options;
        Key = key;
        this.store = store;
        this.time = time;
        this.logger = logger;
        queue = new LogQueue(store.Size);
        LookAtDisk();
        writer = new Thread(Run) { IsBackground = true, Name = "dkm-audit" };
        writer.Start();
        watch = time.CreateTimer(_ => Watch(), null, WatchInterval, WatchInterval);
    }

    /// <summary>The log's key, which the log does not own.</summary>
    public LogKey Key { get; }

    public AuditLogStatus Status =>
        new(store.Size, queue.Refusal?.Message, (DiskLevel)Volatile.Read(ref disk), store.OpenIntents().Count);

    /// <summary>Changes that were announced and of which the log does not say what became of them.</summary>
    public IReadOnlyList<OpenIntent> OpenIntents => store.OpenIntents();

    /// <summary>The hashes of the committed records, for <see cref="TreeProofs"/>.</summary>
    public ITreeNodes Tree => store.Tree;

    internal LogStore Store => store;

    /// <summary>Opens a log, mends what a crash left unfinished, or begins one.</summary>
    /// <exception cref="DkmException">FAILED_PRECONDITION AUDIT_DAMAGED, which names the first record at fault; UNAVAILABLE AUDIT_UNAVAILABLE.</exception>
    public static AuditLog Open(AuditLogOptions options, LogKey key, TimeProvider time, ILogger logger) => Open(options, key, time, logger, new DiskFiles());

    internal static AuditLog Open(AuditLogOptions options, LogKey key, TimeProvider time, ILogger logger, IAuditFiles files)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(time);
        try
        {
            var store = LogStore.Open(files, new LogPaths(options.Directory, options.StateDirectory), key.Signer.Verifier, options.SegmentSize);
            var log = new AuditLog(options, key, store, time, logger);
            log.TellOfRecovery();
            return log;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AuditErrors.Unavailable($"the audit log in {options.Directory} cannot be opened: {e.Message}", e);
        }
    }

    /// <summary>Takes a record, whose place is its own from then on.</summary>
    /// <exception cref="DkmException">UNAVAILABLE AUDIT_UNAVAILABLE, AUDIT_BUSY or AUDIT_FULL, at once.</exception>
    public AuditTicket Append(AuditEntry entry, AuditUrgency urgency = AuditUrgency.Operation)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return DiskRule.Takes((DiskLevel)Volatile.Read(ref disk), urgency) ? queue.Add(entry) : throw AuditErrors.Full();
    }

    /// <summary>The record is on disk when it returns.</summary>
    /// <exception cref="DkmException">See <see cref="Append"/>.</exception>
    public Task AppendAsync(AuditEntry entry, AuditUrgency urgency = AuditUrgency.Operation) => Append(entry, urgency).Written;

    /// <summary>Signs what is committed, and keeps it beside the records: a start refuses a log that is not the one signed.</summary>
    /// <exception cref="DkmException">UNAVAILABLE AUDIT_UNAVAILABLE.</exception>
    public SignedNote SignCheckpoint()
    {
        lock (checkpointGate)
        {
            var tree = store.Snapshot();
            var note = Key.Signer.Sign(new Checkpoint(Key.Signer.Verifier.Name, tree.Size, tree.Root).Text, time.GetUtcNow());
            try
            {
                store.Save(note);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw AuditErrors.Unavailable($"the checkpoint cannot be kept: {e.Message}", e);
            }

            return note;
        }
    }

    /// <summary>Committed records in order, from the first that is still here.</summary>
    /// <param name="from">The index of the first one wanted.</param>
    /// <param name="maximum">How many at most.</param>
    /// <exception cref="DkmException">FAILED_PRECONDITION AUDIT_DAMAGED; UNAVAILABLE AUDIT_UNAVAILABLE.</exception>
    public IReadOnlyList<AuditRecord> Read(long from, int maximum)
    {
        var records = new List<AuditRecord>();
        if (maximum > 0)
        {
            SegmentScan.Run(store, from, (_, body) =>
            {
                records.Add(RecordCodec.TryRead(body, out var record) ? record : throw AuditErrors.Damaged($"audit record {RecordCodec.Index(body)} has no form that we know"));
                return records.Count < maximum;
            });
        }

        return records;
    }

    /// <summary>One record, and that it is in the log: with a checkpoint signed now.</summary>
    /// <returns>null if there is no such record here.</returns>
    /// <exception cref="DkmException">See <see cref="Read"/> and <see cref="SignCheckpoint"/>.</exception>
    public InclusionProof? Prove(long index)
    {
        byte[]? record = null;
        SegmentScan.Run(store, index, (found, body) =>
        {
            record = found == index ? body.ToArray() : null;
            return false;
        });
        if (record is null)
        {
            return null;
        }

        var note = SignCheckpoint();
        return Checkpoint.TryParse(note.Text, out var checkpoint)
            ? new InclusionProof(record, index, TreeProofs.Inclusion(Tree, index, checkpoint.Size), note)
            : throw new InvalidOperationException("a checkpoint of ours can be read");
    }

    /// <summary>Writes what waits, signs a last checkpoint and closes the files.</summary>
    public async ValueTask DisposeAsync()
    {
        await watch.DisposeAsync();
        queue.Close();
        try
        {
            await ended.Task.WaitAsync(options.CommitLimit, time);
            if (queue.Refusal is null)
            {
                SignCheckpoint();
            }
        }
        catch (DkmException e)
        {
            Log.CheckpointFailed(logger, e, options.Directory);
        }
        catch (TimeoutException e)
        {
            // The thread is inside a write that does not end; its files stay open with it.
            Log.CheckpointFailed(logger, e, options.Directory);
            return;
        }

        queue.Dispose();
        store.Dispose();
    }

    private void Run()
    {
        while (queue.Take() is { } batch)
        {
            Volatile.Write(ref begun, time.GetTimestamp());
            underWay = batch;
            try
            {
                store.Commit(batch);
                underWay = null;
                batch.Succeed();
                queue.TakeAgain();
                store.RollIfDue();
                LookAtDiskAfter(batch.Bytes.Length);
            }
            catch (Exception e)
            {
                Break(batch, e);
            }
        }

        ended.SetResult();
    }

    private void Break(PendingBatch batch, Exception cause)
    {
        var broken = new BrokenLogException($"the audit log in {options.Directory} cannot be written, and takes nothing until it is started anew: {cause.Message}", cause);
        underWay = null;
        queue.Refuse(broken);
        batch.Fail(AuditErrors.Unavailable(broken.Message, broken));
        Log.Broken(logger, cause, options.Directory);
    }

    /// <summary>A disk that neither writes nor fails must not hold those who wait.</summary>
    private void Watch()
    {
        if (underWay is { } batch && time.GetElapsedTime(Volatile.Read(ref begun)) > options.CommitLimit)
        {
            var stalled = new TimeoutException($"the audit log in {options.Directory} has not been written for {options.CommitLimit.TotalSeconds:0.#} s");
            queue.Refuse(stalled);
            batch.Fail(AuditErrors.Unavailable(stalled.Message, stalled));

            // It may have been done while we looked; then nothing else would take the refusal back.
            if (underWay is null)
            {
                queue.TakeAgain();
            }
        }

        LookAtDisk();
    }

    /// <summary>Under load a second is long: the reserve must not be gone before the next look.</summary>
    private void LookAtDiskAfter(int bytes)
    {
        unlooked += bytes;
        if (unlooked >= LookEvery)
        {
            unlooked = 0;
            LookAtDisk();
        }
    }

    private void LookAtDisk()
    {
        try
        {
            var (total, free) = store.Space();
            var level = DiskRule.Judge(total, free);
            var before = (DiskLevel)Interlocked.Exchange(ref disk, (int)level);
            if (level > before)
            {
                Log.DiskFilling(logger, options.Directory, level, free >> 20, total >> 20);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            Log.DiskUnknown(logger, e, options.Directory);
        }
    }

    private void TellOfRecovery()
    {
        if (store.CutBytes > 0)
        {
            Log.Mended(logger, options.Directory, store.CutBytes, store.Size);
            Append(new AuditEntry { Kind = AuditKind.Note, Time = time.GetUtcNow(), Action = "audit.mended", Count = store.CutBytes }, AuditUrgency.Administration);
        }
    }
}
