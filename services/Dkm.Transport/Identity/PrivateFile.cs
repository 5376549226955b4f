namespace Dkm.Transport;

using System;
using System.IO;

/// <summary>
/// Files and directories for their owner alone: 0600 and 0700. Windows has no such modes; there the profile's own access list holds.
/// </summary>
internal static class PrivateFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerDirectory = OwnerOnly | UnixFileMode.UserExecute;

    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>Makes it if need be. One that is there keeps its rights: it may be more than ours.</summary>
    public static void EnsureDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, OwnerDirectory);
        }
    }

    /// <summary>Takes the rights of others away from a directory of ours.</summary>
    /// <exception cref="UnauthorizedAccessException">It is somebody else's.</exception>
    public static void Close(string directory)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(directory, OwnerDirectory);
        }
    }

    /// <summary>Why others could change what is in a directory; null if they cannot.</summary>
    public static string? WhoMayChange(string directory) => OperatingSystem.IsWindows() ? null : WhoMayChange(directory, File.SetUnixFileMode);

    internal static string? WhoMayChange(string directory, Action<string, UnixFileMode> setMode)
    {
        if (OperatingSystem.IsWindows())
        {
            return null;
        }

        var mode = File.GetUnixFileMode(directory);
        if ((mode & WritableByOthers) != 0)
        {
            return "others may write into it";
        }

        try
        {
            // Only its owner may set a directory's mode, even to what it is. (Root may, always.)
            setMode(directory, mode);
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return "it belongs to another user";
        }
        catch (IOException)
        {
            // A read-only file system says so before it looks at the owner: an image that somebody brought is one too.
            return "it is on a read-only file system, where it does not show whose it is";
        }
    }

    /// <summary>The file appears complete or not at all, and never with wider rights than it will have.</summary>
    public static void Write(string path, string content)
    {
        var temporary = path + ".new";
        File.Delete(temporary);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        using (var writer = new StreamWriter(temporary, options))
        {
            writer.Write(content);
        }

        File.Move(temporary, path, overwrite: true);
    }
}
