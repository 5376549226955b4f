namespace Dkm.KeyRing;

using System;
using Dkm.Core.Keys;
using Dkm.KeyRing.Keys.States;
using Microsoft.Extensions.Logging;

internal static partial class Log
{
    [LoggerMessage(4001, LogLevel.Warning, "KeyRing's records cannot be opened yet ({Reason}): {Why}")]
    public static partial void StoreNotOpen(ILogger logger, string reason, string why);

    [LoggerMessage(4002, LogLevel.Information, "Ring {Ring}: key {Key} made, primary from {ActivateTime:O}; revision {Revision}")]
    public static partial void KeyMade(ILogger logger, string ring, string key, DateTimeOffset activateTime, long revision);

    [LoggerMessage(4003, LogLevel.Information, "Ring {Ring}: key {Key} archived; revision {Revision}")]
    public static partial void KeyArchived(ILogger logger, string ring, string key, long revision);

    [LoggerMessage(4004, LogLevel.Warning, "Rollover of {Count} rings was put off ({Reason}): {Why}")]
    public static partial void RolloverPutOff(ILogger logger, int count, string reason, string why);

    [LoggerMessage(4005, LogLevel.Information, "Ring {Ring}: somebody who held it may no longer, so it rolls")]
    public static partial void HolderRemoved(ILogger logger, string ring);

    [LoggerMessage(4006, LogLevel.Information, "This replica leads rollover")]
    public static partial void Leading(ILogger logger);

    [LoggerMessage(4007, LogLevel.Error, "Rollover failed and is tried again")]
    public static partial void RolloverFailed(ILogger logger, Exception exception);

    [LoggerMessage(4008, LogLevel.Warning, "Ring {Ring} could not be delivered ({Reason}): {Why}")]
    public static partial void NotDelivered(ILogger logger, string ring, string reason, string why);

    [LoggerMessage(4009, LogLevel.Warning, "Ring {Ring}: key {Key} is now {State}; revision {Revision}")]
    public static partial void KeyStateChanged(ILogger logger, string ring, string key, StoredKeyState state, long revision);

    [LoggerMessage(4010, LogLevel.Warning, "Ring {Ring}: {Count} keys destroyed, {How}; backups and the store's history have them until they age out")]
    public static partial void Destroyed(ILogger logger, string ring, int count, string how);

    [LoggerMessage(4011, LogLevel.Warning, "Ring {Ring}: the time to destroy key {Key} has come by this clock, and it waits ({Verdict}): another replica's clock has to say the same, within 5 s")]
    public static partial void DestructionWaits(ILogger logger, string ring, string key, DestroyVerdict verdict);

    [LoggerMessage(4012, LogLevel.Warning, "The other replicas could not be told what is held here, which is tried again: {Why}")]
    public static partial void HoldersNotPublished(ILogger logger, string why);

    [LoggerMessage(4013, LogLevel.Warning, "Ring {Ring}: key {Key} was scheduled for destruction at {Due:O} by a clock behind this one; it is put off to {Later:O}")]
    public static partial void DestructionPutOff(ILogger logger, string ring, string key, DateTimeOffset due, DateTimeOffset later);
}
