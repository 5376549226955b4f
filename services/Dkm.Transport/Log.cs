namespace Dkm.Transport;

using System;
using Dkm.Core;
using Microsoft.Extensions.Logging;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "{File} has changed and is in force")]
    public static partial void FileReloaded(ILogger logger, string file);

    [LoggerMessage(2, LogLevel.Error, "{File} cannot be used, what was read before stays in force: {Trouble}")]
    public static partial void FileKept(ILogger logger, string file, string trouble);

    [LoggerMessage(3, LogLevel.Information, "Certificate {Certificate} is in use, valid until {NotAfter:u}")]
    public static partial void CertificateInUse(ILogger logger, string certificate, DateTimeOffset notAfter);

    [LoggerMessage(4, LogLevel.Error, "{CertificateFile} and {KeyFile} cannot be used, the certificate in use stays: {Trouble}")]
    public static partial void CertificateKept(ILogger logger, string certificateFile, string keyFile, string trouble);

    [LoggerMessage(5, LogLevel.Warning, "One CA stands in the bundles of {First} and {Second}: it may vouch for both classes")]
    public static partial void SharedAuthority(ILogger logger, string first, string second);

    [LoggerMessage(6, LogLevel.Warning, "A connection to {Address} is cut: {Why}")]
    public static partial void ConnectionCut(ILogger logger, Uri address, string why);

    [LoggerMessage(7, LogLevel.Debug, "Connected to {Address}, which is {Peer}")]
    public static partial void Connected(ILogger logger, Uri address, string peer);

    [LoggerMessage(8, LogLevel.Debug, "{Method} at {Address} is tried again (attempt {Attempt}) after: {Why}")]
    public static partial void Retrying(ILogger logger, string method, Uri address, int attempt, string why);

    [LoggerMessage(9, LogLevel.Information, "The replica of {Service} at {Address} gets no calls until it serves again: {Why}")]
    public static partial void ReplicaLeft(ILogger logger, DkmService service, Uri address, string why);

    [LoggerMessage(10, LogLevel.Information, "The replica of {Service} at {Address} serves again")]
    public static partial void ReplicaBack(ILogger logger, DkmService service, Uri address);

    [LoggerMessage(11, LogLevel.Debug, "The replica of {Service} at {Address} does not serve yet (look {Attempt}): {Why}")]
    public static partial void ReplicaAway(ILogger logger, DkmService service, Uri address, int attempt, string why);

    [LoggerMessage(12, LogLevel.Warning, "{Addresses} cannot be resolved, what was known stays: {Why}")]
    public static partial void NotResolved(ILogger logger, string addresses, string why);
}
