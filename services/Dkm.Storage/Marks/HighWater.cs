namespace Dkm.Storage;

using System;
using System.Threading;
using Dkm.Core;

/// <summary>
/// The highest version of a service's records that was seen here: held, or told of by another replica. Whatever the store shows that is lower is an older
/// state put back. With a state directory it outlives the process.
/// </summary>
internal sealed class HighWater : IDisposable
{
    private readonly Lock gate = new();
    private readonly MarkFile? file;
    private ManifestVersion highest;

    private HighWater(MarkFile? file)
    {
        this.file = file;
        highest = file?.Version ?? default;
    }

    public ManifestVersion Highest
    {
        get
        {
            lock (gate)
            {
                return highest;
            }
        }
    }

    /// <param name="directory">The state directory; null keeps nothing.</param>
    /// <param name="service">Whose records.</param>
    /// <exception cref="DkmException">See <see cref="MarkFile.Open"/>.</exception>
    public static HighWater Open(string? directory, string service) => new(directory is null ? null : MarkFile.Open(directory, service));

    /// <summary>The store that was found has to be the one whose marks these are, and may not be a new one.</summary>
    /// <param name="clusterId">The id found; null in a store that has none.</param>
    /// <exception cref="DkmException">FAILED_PRECONDITION STORE_REFUSED.</exception>
    public void CheckInstallation(string? clusterId)
    {
        if (file?.ClusterId is { } known && known != clusterId)
        {
            throw StoreErrors.Refused(clusterId is null
                ? $"expected version {file.Version} or newer, which was seen before ({file.Path}), found an empty store"
                : $"the marks in {file.Path} are of another installation ({known}) than this store ({clusterId})");
        }
    }

    public void See(ManifestVersion version)
    {
        lock (gate)
        {
            highest = version > highest ? version : highest;
        }
    }

    /// <summary>What was seen is on disk when it returns.</summary>
    /// <exception cref="DkmException">UNAVAILABLE STORE_UNAVAILABLE.</exception>
    public void Save(string clusterId)
    {
        lock (gate)
        {
            if (file is not null && highest > file.Version)
            {
                file.Write(clusterId, highest);
            }
        }
    }

    public void Dispose() => file?.Dispose();
}
