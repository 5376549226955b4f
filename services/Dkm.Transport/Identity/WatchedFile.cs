namespace Dkm.Transport;

using System;
using System.IO;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

/// <summary>A file and what it last meant. New content that cannot be understood leaves the old meaning in force and is reported once.</summary>
internal sealed class WatchedFile<T>
    where T : class
{
    /// <summary>A bundle or deny list beyond this is a mistake, and reading it every second would hurt.</summary>
    private const int MaximumLength = 16 * 1024 * 1024;

    private readonly string path;
    private readonly Func<byte[], T> parse;
    private byte[]? seen;

    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="FormatException">It cannot be understood.</exception>
    public WatchedFile(string path, Func<byte[], T> parse)
    {
        this.path = path;
        this.parse = parse;
        seen = Read(path);
        Value = parse(seen);
    }

    public T Value { get; private set; }

    /// <summary>Why the file as it is now is not in force; null if it is.</summary>
    public string? Trouble { get; private set; }

    /// <summary>True if the meaning is a new one.</summary>
    public bool Reload(ILogger logger)
    {
        byte[] content;
        try
        {
            content = Read(path);
        }
        catch (Exception exception) when (IsFileTrouble(exception))
        {
            // Forgetting what was seen makes the same content count as news when the file is back, which clears the trouble.
            seen = null;
            Report(exception.Message, logger);
            return false;
        }

        if (seen is not null && content.AsSpan().SequenceEqual(seen))
        {
            return false;
        }

        seen = content;
        return Parse(content, logger);
    }

    public static bool IsFileTrouble(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or FormatException or CryptographicException;

    private static byte[] Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (stream.Length > MaximumLength)
        {
            throw new IOException($"{path} is larger than {MaximumLength} bytes");
        }

        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }

    private bool Parse(byte[] content, ILogger logger)
    {
        try
        {
            Value = parse(content);
            Trouble = null;
            Log.FileReloaded(logger, path);
            return true;
        }
        catch (Exception exception) when (IsFileTrouble(exception))
        {
            Report(exception.Message, logger);
            return false;
        }
    }

    private void Report(string message, ILogger logger)
    {
        var trouble = $"{path}: {message}";
        if (!string.Equals(trouble, Trouble, StringComparison.Ordinal))
        {
            Trouble = trouble;
            Log.FileKept(logger, path, message);
        }
    }
}
