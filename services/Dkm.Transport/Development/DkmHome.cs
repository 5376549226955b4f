namespace Dkm.Transport;

using System;
using System.IO;
using Dkm.Core;

/// <summary>The directory in which one person's or one machine's DKM lives: configuration, identities and, in development, the data.</summary>
public static class DkmHome
{
    public const string EnvironmentVariable = "DKM_HOME";

    /// <summary>The path given, else DKM_HOME, else the nearest <c>.dkm</c> upwards of the current directory, else <c>./.dkm</c>. Absolute; it need not exist.</summary>
    public static string Find(string? explicitPath) => throw new NotImplementedException();

    /// <summary>Makes the directory, for its owner alone, with a <c>.gitignore</c> of <c>*</c>.</summary>
    public static void Ensure(string home) => throw new NotImplementedException();

    /// <summary><c>pki/&lt;name&gt;</c>.</summary>
    public static string IdentityDirectory(string home, string name) => Path.Combine(home, "pki", name);

    /// <summary>Null if there is none.</summary>
    /// <exception cref="DkmException">It is there and not as it should be; unknown keys are refused.</exception>
    public static HomeConfiguration? ReadConfiguration(string home) => throw new NotImplementedException();

    /// <summary>Replaces the file as a whole.</summary>
    public static void WriteConfiguration(string home, HomeConfiguration configuration) => throw new NotImplementedException();
}
