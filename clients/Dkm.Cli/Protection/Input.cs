namespace Dkm.Cli.Protection;

using System;
using System.Globalization;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Cli.Failures;
using Dkm.Core;
using Dkm.Core.Envelopes;

/// <summary>Reads plaintexts and envelopes from a file or standard input, no more than can be right.</summary>
internal static class Input
{
    /// <summary>Room for header, nonce, tag and line ends, and for base64url.</summary>
    private const int MaximumEnvelope = ((Envelope.MaximumPlaintext + 4096) / 3 * 4) + 1024;

    public static async Task<byte[]> PlaintextAsync(Session session, string? file, CancellationToken cancellationToken)
    {
        var bytes = await ReadAsync(session, file, Envelope.MaximumPlaintext + 1, cancellationToken);
        return bytes.Length <= Envelope.MaximumPlaintext
            ? bytes
            : throw DkmException.Invalid("plaintext", Reasons.TooLong, string.Create(CultureInfo.InvariantCulture, $"a plaintext is at most {Envelope.MaximumPlaintext:N0} bytes (4 MiB less 64 KiB)"));
    }

    /// <summary>Either form; answers with the binary one.</summary>
    public static async Task<byte[]> EnvelopeAsync(Session session, string? file, CancellationToken cancellationToken)
    {
        var bytes = await ReadAsync(session, file, MaximumEnvelope + 1, cancellationToken);
        if (bytes.Length > MaximumEnvelope)
        {
            throw DkmException.Invalid("envelope", Reasons.TooLong, "that is longer than any envelope");
        }

        // A text that was pasted often has an empty line before it; no envelope in bytes begins with white space.
        var text = bytes.AsSpan().TrimStart(" \t\r\n"u8);
        if (!text.StartsWith("dkm1."u8))
        {
            return bytes;
        }

        return Envelope.TryParseText(Encoding.ASCII.GetString(text).TrimEnd(), out var envelope)
            ? envelope
            : throw DkmException.Invalid("envelope", Reasons.Malformed, "the text form is 'dkm1.' and unpadded base64url, canonical only");
    }

    private static async Task<byte[]> ReadAsync(Session session, string? file, int limit, CancellationToken cancellationToken)
    {
        if (file is null or "-")
        {
            if (session.Environment.InputIsTerminal)
            {
                await session.Environment.Error.WriteLineAsync("(reading standard input; Ctrl-D ends it)");
            }

            return await ReadAsync(session.Environment.Input, limit, cancellationToken);
        }

        try
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1, useAsync: true);
            return await ReadAsync(stream, limit, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException(Complaint(file, e));
        }
    }

    /// <summary>Why a file could not be read. Some of the system's messages name it themselves, by its whole path.</summary>
    internal static string Complaint(string file, Exception exception) => exception switch
    {
        FileNotFoundException or DirectoryNotFoundException => $"{file}: there is no such file",
        _ when exception.Message.Contains(file, StringComparison.Ordinal) => exception.Message,
        _ => $"{file}: {exception.Message}",
    };

    /// <summary>Buffers that held a part of the secret are zeroed when they are outgrown.</summary>
    private static async Task<byte[]> ReadAsync(Stream stream, int limit, CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        var length = 0;
        while (length < limit)
        {
            if (length == buffer.Length)
            {
                buffer = Resize(buffer, length, Math.Min(limit, buffer.Length * 4));
            }

            var read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken);
            if (read == 0)
            {
                break;
            }

            length += read;
        }

        return Resize(buffer, length, length);
    }

    private static byte[] Resize(byte[] buffer, int length, int newLength)
    {
        if (buffer.Length == newLength)
        {
            return buffer;
        }

        var resized = new byte[newLength];
        buffer.AsSpan(0, length).CopyTo(resized);
        CryptographicOperations.ZeroMemory(buffer);
        return resized;
    }
}
