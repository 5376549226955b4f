namespace Dkm.Crypto;

using Microsoft.Extensions.Logging;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Debug, "Ring {Ring} was not used and is given up")]
    public static partial void RingReleased(ILogger log, string ring);
}
