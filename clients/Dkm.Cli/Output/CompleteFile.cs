namespace Dkm.Cli.Output;

using System;
using System.IO;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Cli.Failures;

/// <summary>
/// A file that appears under its name only when it is complete, readable by its owner alone. A device or a pipe of the shell can't be replaced
/// and is written to as it is.
/// </summary>
internal static partial class CompleteFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        WriteAsync(path, $"--out {path}", (stream, token) => stream.WriteAsync(content, token).AsTask(), cancellationToken);

    /// <param name="path">Where it is to appear.</param>
    /// <param name="name">What to call it in a complaint.</param>
    /// <param name="write">Writes the content.</param>
    /// <param name="cancellationToken">Ends it; then nothing appears.</param>
    public static async Task WriteAsync(string path, string name, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        try
        {
            var target = Path.GetFullPath(path);
            if (Directory.Exists(target))
            {
                throw new UsageException($"{name}: that is a folder");
            }

            if (IsDevice(target))
            {
                await using var device = new FileStream(target, FileMode.Open, FileAccess.Write);
                await write(device, cancellationToken);
            }
            else
            {
                await ReplaceAsync(Resolve(target), write, cancellationToken);
            }
        }
        catch (DirectoryNotFoundException)
        {
            throw new UsageException($"{name}: there is no folder {Path.GetDirectoryName(Path.GetFullPath(path))}");
        }
        catch (UnauthorizedAccessException)
        {
            throw new UsageException($"{name}: you may not write there");
        }
        catch (IOException e)
        {
            throw new UsageException($"{name}: {WithoutDraft(e.Message)}");
        }
    }

    private static async Task ReplaceAsync(string target, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        var unfinished = $"{target}.{Path.GetRandomFileName()}.unfinished";

        // In a folder that others may write into, a name that can be guessed or may exist is a link or a file of theirs.
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        var stream = new FileStream(unfinished, options);
        try
        {
            await using (stream)
            {
                await write(stream, cancellationToken);
                stream.Flush(flushToDisk: true);
            }

            File.Move(unfinished, target, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    /// <summary>The draft's name is ours; nobody who reads the message knows it.</summary>
    private static string WithoutDraft(string message) => Draft().Replace(message, string.Empty);

    [GeneratedRegex(@"\.[^./' ]+\.[^./' ]+\.unfinished", RegexOptions.CultureInvariant)]
    private static partial Regex Draft();

    private static string Resolve(string target) =>
        (File.Exists(target) ? new FileInfo(target).ResolveLinkTarget(returnFinalTarget: true)?.FullName : null) ?? target;

    /// <summary>.NET does not say what kind of file something is, so the places where devices and the shell's pipes live are known by name.</summary>
    internal static bool IsDevice(string target) =>
        !OperatingSystem.IsWindows()
        && (target.StartsWith("/dev/", StringComparison.Ordinal) || target.StartsWith("/proc/", StringComparison.Ordinal))
        && !target.StartsWith("/dev/shm/", StringComparison.Ordinal);
}
