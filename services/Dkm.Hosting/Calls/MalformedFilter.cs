namespace Dkm.Hosting;

using System;
using System.IO;
using Google.Protobuf;
using Microsoft.Extensions.Logging;

/// <summary>
/// gRPC logs an ERROR, with a stack, for each request that it cannot read. That is the caller's mistake, she is told, and a log that any caller can fill at will
/// hides what matters. What else gRPC logs passes.
/// </summary>
internal sealed class MalformedFilter(ILoggerFactory inner) : ILoggerFactory
{
    private const string Category = "Grpc.AspNetCore.Server.ServerCallHandler";
    private const string Event = "ErrorExecutingServiceMethod";

    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    public ILogger CreateLogger(string categoryName)
    {
        var logger = inner.CreateLogger(categoryName);
        return string.Equals(categoryName, Category, StringComparison.Ordinal) ? new Filtered(logger) : logger;
    }

    public void Dispose() => inner.Dispose();

    private sealed class Filtered(ILogger logger) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => logger.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => logger.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Name != Event || exception is not (InvalidProtocolBufferException or InvalidDataException or IOException))
            {
                logger.Log(logLevel, eventId, state, exception, formatter);
            }
        }
    }
}
