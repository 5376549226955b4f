namespace Dkm.Access;

using Microsoft.Extensions.Logging;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Ready with policy {Version}")]
    public static partial void Ready(ILogger logger, string version);

    [LoggerMessage(2, LogLevel.Error, "The records cannot be opened ({Why}); trying again")]
    public static partial void CannotOpen(ILogger logger, string why);

    [LoggerMessage(3, LogLevel.Warning, "A new installation: {Count} first administrators were taken from the configuration, which is not looked at again")]
    public static partial void Founded(ILogger logger, int count);

    [LoggerMessage(4, LogLevel.Information, "Another replica has founded the installation")]
    public static partial void FoundedElsewhere(ILogger logger);

    [LoggerMessage(5, LogLevel.Error, "Group {Group} holds a member that is no SPIFFE ID: left out")]
    public static partial void UnreadableMember(ILogger logger, string group);

    [LoggerMessage(6, LogLevel.Error, "The petition at {Path} cannot be read ({Why}): it gives nobody anything")]
    public static partial void UnreadablePetition(ILogger logger, string path, string why);

    [LoggerMessage(7, LogLevel.Information, "Petition {Id} is {State}")]
    public static partial void PetitionIs(ILogger logger, string id, string state);

    [LoggerMessage(8, LogLevel.Warning, "What is due of the petitions could not be written ({Why}); trying again")]
    public static partial void SweepFailed(ILogger logger, string why);
}
