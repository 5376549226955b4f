namespace Dkm.Transport;

using System;
using System.IO;
using System.Linq;
using System.Text.Json;
using Dkm.Core;

/// <summary>The directory in which one person's or one machine's DKM lives: configuration, identities and, in development, the data.</summary>
public static class DkmHome
{
    public const string EnvironmentVariable = "DKM_HOME";

    private const string DirectoryName = ".dkm";

    /// <summary>
    /// The path given, else DKM_HOME, else the nearest <c>.dkm</c> upwards of the current directory, else <c>./.dkm</c>. Absolute; it need not exist.
    /// </summary>
    /// <exception cref="DkmException">
    /// One was found, and not named, that others may change or that this user has not made here: whoever puts a .dkm into /tmp or into an archive must not choose our
    /// addresses and CAs.
    /// </exception>
    public static string Find(string? explicitPath) =>
        Find(explicitPath, Environment.GetEnvironmentVariable(EnvironmentVariable), Environment.CurrentDirectory, KnownHomes.OfUser());

    /// <summary>Makes the directory, for its owner alone, with a <c>.gitignore</c> of <c>*</c>. One that is there is closed to others if it is nothing but a home.</summary>
    public static void Ensure(string home) => Ensure(home, KnownHomes.OfUser());

    internal static void Ensure(string home, KnownHomes known)
    {
        PrivateFile.EnsureDirectory(home);
        if (IsOnlyAHome(home))
        {
            PrivateFile.Close(home);
        }

        var ignore = Path.Combine(home, ".gitignore");
        if (!File.Exists(ignore))
        {
            PrivateFile.Write(ignore, "*\n");
        }

        // Others are never found by looking, only by name.
        if (Path.GetFileName(Path.TrimEndingDirectorySeparator(home)) == DirectoryName)
        {
            known.TryRemember(home);
        }
    }

    /// <summary><c>pki/&lt;name&gt;</c>.</summary>
    public static string IdentityDirectory(string home, string name) => Path.Combine(home, "pki", name);

    /// <summary>Null if there is none.</summary>
    /// <exception cref="DkmException">It is there and not as it should be; unknown keys are refused.</exception>
    public static HomeConfiguration? ReadConfiguration(string home)
    {
        var path = ConfigurationFile(home);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), HomeConfigurationJson.Default.HomeConfiguration)
                ?? throw new JsonException("it is null");
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new DkmException(
                ErrorKind.FailedPrecondition, Reasons.HomeConfiguration, $"{path} cannot be used: {exception.Message}", innerException: exception);
        }
    }

    /// <summary>Replaces the file as a whole.</summary>
    public static void WriteConfiguration(string home, HomeConfiguration configuration) =>
        PrivateFile.Write(ConfigurationFile(home), JsonSerializer.Serialize(configuration, HomeConfigurationJson.Default.HomeConfiguration) + "\n");

    internal static string Find(string? explicitPath, string? environment, string currentDirectory, KnownHomes known)
    {
        if (!string.IsNullOrEmpty(explicitPath) || !string.IsNullOrEmpty(environment))
        {
            return Path.GetFullPath(string.IsNullOrEmpty(explicitPath) ? environment! : explicitPath, currentDirectory);
        }

        for (var directory = new DirectoryInfo(currentDirectory); directory is not null; directory = directory.Parent)
        {
            var candidate = Path.Combine(directory.FullName, DirectoryName);
            if (Directory.Exists(candidate))
            {
                return Distrust(candidate, known) is not { } trouble
                    ? candidate
                    : throw new DkmException(
                        ErrorKind.FailedPrecondition, Reasons.HomeConfiguration, $"{candidate} was found and is not used, for {trouble}");
            }
        }

        return Path.Combine(Path.GetFullPath(currentDirectory), DirectoryName);
    }

    private static string? Distrust(string candidate, KnownHomes known)
    {
        if (PrivateFile.WhoMayChange(candidate) is { } trouble)
        {
            return $"{trouble}; if it is yours, chmod go-w '{candidate}', and if you trust it, name it: DKM_HOME='{candidate}' or --home";
        }

        // An empty one chooses nothing.
        return known.Knows(candidate) || !Directory.EnumerateFileSystemEntries(candidate).Any()
            ? null
            : $"you have not made it on this machine, and such a directory may come with an archive; if you trust it, name it: DKM_HOME='{candidate}' or --home"
                + $" (dkm pki init --home '{candidate}' has it remembered)";
    }

    /// <summary>Somebody may have named a directory in which other things live, such as her own home: its rights are not ours to change.</summary>
    private static bool IsOnlyAHome(string directory) =>
        File.Exists(ConfigurationFile(directory))
        || Directory.Exists(Path.Combine(directory, "pki"))
        || !Directory.EnumerateFileSystemEntries(directory).Any();

    private static string ConfigurationFile(string home) => Path.Combine(home, "config.json");
}
