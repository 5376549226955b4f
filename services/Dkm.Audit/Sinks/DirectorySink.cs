namespace Dkm.Audit;

using System;
using System.IO;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;

/// <summary>A directory, on another machine's disk if it is to mean something. Nothing in it is ever overwritten by other bytes.</summary>
public sealed class DirectorySink(string directory) : IAuditSink
{
    public async Task ShipAsync(string name, Stream content, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(content);
        Directory.CreateDirectory(directory);
        var target = Path.Combine(directory, name);
        var draft = target + SegmentNames.Draft;
        var sent = await CopyAsync(content, draft, cancellationToken);

        // What is confirmed is what can be read there, not what was handed over.
        if (await HashAsync(draft, cancellationToken) is var arrived && !arrived.AsSpan().SequenceEqual(sent))
        {
            throw new IOException($"{draft} is not what was written to it");
        }

        if (File.Exists(target) && !(await HashAsync(target, cancellationToken)).AsSpan().SequenceEqual(sent))
        {
            throw new IOException($"{target} is there already and is something else");
        }

        File.Move(draft, target, overwrite: true);
        DiskFiles.FlushDirectory(directory);
    }

    private static async Task<byte[]> CopyAsync(Stream content, string draft, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using var stream = new FileStream(draft, options);
        var buffer = new byte[1 << 16];
        while (await content.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            hash.AppendData(buffer, 0, read);
            await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }

        stream.Flush(flushToDisk: true);
        return hash.GetHashAndReset();
    }

    private static async Task<byte[]> HashAsync(string path, CancellationToken cancellationToken)
    {
        await using var stream = new FileStream(path, new FileStreamOptions { Options = FileOptions.Asynchronous | FileOptions.SequentialScan });
        return await SHA256.HashDataAsync(stream, cancellationToken);
    }
}
