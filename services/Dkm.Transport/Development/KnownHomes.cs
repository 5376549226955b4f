namespace Dkm.Transport;

using System;
using System.IO;
using System.Linq;
using System.Security.Cryptography;

/// <summary>
/// Which homes this user has made on this machine: each has an id in a file of its own, and the user's state directory has a file of that name. A home that came with
/// somebody's archive cannot know such an id.
/// </summary>
internal sealed class KnownHomes(string? directory)
{
    public const string FileName = "home.id";

    private const int Length = 32;

    /// <summary><c>$XDG_STATE_HOME/dkm/homes</c>, else <c>~/.local/state/dkm/homes</c>; on Windows below the profile's local application data.</summary>
    public static KnownHomes OfUser()
    {
        var state = Environment.GetEnvironmentVariable("XDG_STATE_HOME");
        if (string.IsNullOrEmpty(state) || !Path.IsPathFullyQualified(state))
        {
            state = OperatingSystem.IsWindows()
                ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
                : Below(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state");
        }

        return new KnownHomes(string.IsNullOrEmpty(state) ? null : Path.Combine(state, "dkm", "homes"));
    }

    public bool Knows(string home)
    {
        try
        {
            return directory is not null && ReadId(home) is { } id && File.Exists(Path.Combine(directory, id));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <returns>False where the user has no place to remember it; then the home has to be named each time.</returns>
    public bool TryRemember(string home)
    {
        if (directory is null)
        {
            return false;
        }

        try
        {
            var id = ReadId(home);
            if (id is null)
            {
                id = RandomNumberGenerator.GetHexString(Length, lowercase: true);
                PrivateFile.Write(Path.Combine(home, FileName), id + "\n");
            }

            PrivateFile.EnsureDirectory(directory);
            PrivateFile.Write(Path.Combine(directory, id), home + "\n");
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string? Below(string profile, params string[] names) => profile.Length == 0 ? null : Path.Combine([profile, .. names]);

    private static string? ReadId(string home)
    {
        var file = Path.Combine(home, FileName);
        if (!File.Exists(file) || new FileInfo(file).Length > Length + 2)
        {
            return null;
        }

        var id = File.ReadAllText(file).Trim();
        return id.Length == Length && id.All(char.IsAsciiHexDigitLower) ? id : null;
    }
}
