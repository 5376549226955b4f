namespace Dkm.Storage;

using System;
using Microsoft.Extensions.Logging;

/// <summary>Every line that Storage logs.</summary>
internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Warning, "the database {Path} failed in the background; it is tried again")]
    internal static partial void SqliteBackgroundFailed(ILogger logger, Exception exception, string path);

    [LoggerMessage(101, LogLevel.Warning, "the database file {Path} had mode {Mode}; it is 0600 now")]
    internal static partial void SqliteModeTightened(ILogger logger, string path, string mode);

    [LoggerMessage(102, LogLevel.Warning, "a commit to {Path} failed at its very end; the file was opened anew to see what is there")]
    internal static partial void SqliteCommitFailed(ILogger logger, Exception exception, string path);

    [LoggerMessage(110, LogLevel.Error, "the store of {Service} holds what is refused; the replica stays at {Version} and writes are refused: {Trouble}")]
    internal static partial void StoreRefused(ILogger logger, string service, ManifestVersion version, string trouble);

    [LoggerMessage(111, LogLevel.Information, "the store of {Service} adds up again at {Version}; writes are taken again")]
    internal static partial void TroubleOver(ILogger logger, string service, ManifestVersion version);

    [LoggerMessage(112, LogLevel.Information, "the watch on {Service} is odd at revision {Revision}: {Why}; a snapshot will tell")]
    internal static partial void SnapshotNeeded(ILogger logger, string service, long revision, string? why);

    [LoggerMessage(113, LogLevel.Information, "the watch on {Service} ended after revision {Revision}; it is opened again")]
    internal static partial void WatchEnded(ILogger logger, string service, long revision);

    [LoggerMessage(114, LogLevel.Warning, "the watch on {Service} was at revision {Revision}, the store's history begins at {Compacted}; a snapshot is taken")]
    internal static partial void WatchCompacted(ILogger logger, string service, long revision, long compacted);

    [LoggerMessage(115, LogLevel.Warning, "the watch on {Service} failed after revision {Revision}; it is opened again")]
    internal static partial void WatchFailed(ILogger logger, Exception exception, string service, long revision);

    [LoggerMessage(116, LogLevel.Warning, "the records of {Service} could not be confirmed; the last time was {ConfirmTime}")]
    internal static partial void RefreshFailed(ILogger logger, Exception exception, string service, DateTimeOffset confirmTime);

    [LoggerMessage(118, LogLevel.Error, "the mark of the newest state of {Service} could not be kept; after a restart an older one would not be known for that")]
    internal static partial void MarkNotKept(ILogger logger, Exception exception, string service);

    [LoggerMessage(119, LogLevel.Warning, "replica {Replica} of {Service} has seen version {Seen}, and {Version} is held here; the store is read again")]
    internal static partial void SeenElsewhere(ILogger logger, string service, string replica, ManifestVersion seen, ManifestVersion version);

    [LoggerMessage(123, LogLevel.Warning, "the marks of {Service} could not be exchanged with the other replicas, which is tried again")]
    internal static partial void ExchangeFailed(ILogger logger, Exception exception, string service);

    [LoggerMessage(124, LogLevel.Warning, "no state directory for {Service}: after a restart this replica cannot tell an older state of the store from the newest")]
    internal static partial void NoStateDirectory(ILogger logger, string service);

    [LoggerMessage(125, LogLevel.Warning, "an older state of {Service} was accepted by configuration: {Accepted}, though {Seen} was seen here; it is {Version} now")]
    internal static partial void OlderAccepted(ILogger logger, string service, ManifestVersion accepted, ManifestVersion seen, ManifestVersion version);

    [LoggerMessage(126, LogLevel.Warning, "{Service}: {Written} records that were held here in a newer version were written back and {Deleted} removed; the epoch begins with {Version}")]
    internal static partial void Recovered(ILogger logger, string service, int written, int deleted, ManifestVersion version);

    [LoggerMessage(127, LogLevel.Information, "{Service}: {Records} records of version {Version} were backed up at the store's revision {Revision} as part of backup {Backup}")]
    internal static partial void BackedUp(ILogger logger, string service, long records, ManifestVersion version, long revision, string backup);

    [LoggerMessage(128, LogLevel.Warning, "{Service}: {Records} records of version {BackedUp} were restored from backup {Backup}; the epoch begins with {Version}")]
    internal static partial void Restored(ILogger logger, string service, long records, ManifestVersion backedUp, ManifestVersion version, string backup);

    [LoggerMessage(129, LogLevel.Warning, "{Service} awaits a restore (Store:AwaitRestore): nothing is made in its empty store until then")]
    internal static partial void AwaitingRestore(ILogger logger, string service);

    [LoggerMessage(130, LogLevel.Warning, "Store:AwaitRestore is set, and {Service} holds records: there is nothing to restore, and they are used as they are")]
    internal static partial void NothingToRestore(ILogger logger, string service);

    [LoggerMessage(117, LogLevel.Warning, "no clear answer for the change to {Version} of {Service}; reading back")]
    internal static partial void OutcomeAmbiguous(ILogger logger, Exception exception, string service, ManifestVersion version);

    [LoggerMessage(130, LogLevel.Warning, "the etcd member {Endpoint} is left for a while: {Why}")]
    internal static partial void EtcdMemberLeft(ILogger logger, Uri endpoint, string why);

    [LoggerMessage(131, LogLevel.Information, "the watch on {Prefix} begins anew at revision {Revision}: {Why}")]
    internal static partial void EtcdWatchMoved(ILogger logger, string prefix, long revision, string why);

    [LoggerMessage(132, LogLevel.Warning, "the etcd member {Endpoint} lets in clients without a certificate; never where a secret matters")]
    internal static partial void EtcdPlaintext(ILogger logger, Uri endpoint);

    [LoggerMessage(120, LogLevel.Information, "{Candidate} leads {Path}")]
    internal static partial void Elected(ILogger logger, string candidate, string path);

    [LoggerMessage(121, LogLevel.Warning, "{Candidate} no longer leads {Path}: {Why}")]
    internal static partial void Deposed(ILogger logger, string candidate, string path, string why);

    [LoggerMessage(122, LogLevel.Warning, "the election at {Path} failed; it is tried again")]
    internal static partial void ElectionFailed(ILogger logger, Exception exception, string path);

    [LoggerMessage(130, LogLevel.Warning, "the store of {Service} holds something under a lease that is left out: {Trouble}")]
    internal static partial void LeasedRecordRefused(ILogger logger, string service, string trouble);

    [LoggerMessage(131, LogLevel.Information, "a lease of {Service} could not be ended; it ends by itself")]
    internal static partial void LeaseNotEnded(ILogger logger, Exception exception, string service);
}
