namespace Dkm.Storage;

using System;
using System.Collections.Generic;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;

/// <summary>Which store a service has: the embedded one or etcd.</summary>
public sealed record StoreSettings
{
    private const string FileKey = "Store:File";
    private const string StateKey = "Store:StateDirectory";
    private const string AcceptKey = "Store:AcceptVersion";
    private const string AwaitKey = "Store:AwaitRestore";
    private const string EtcdKey = "Store:Etcd:";

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    /// <summary>The embedded store's file.</summary>
    public string? File { get; init; }

    /// <summary>Where etcd is.</summary>
    public EtcdStoreOptions? Etcd { get; init; }

    /// <summary>Where the marks of the newest state seen are kept; null keeps none.</summary>
    public string? StateDirectory { get; init; }

    /// <summary>See <see cref="ServiceStoreOptions.AcceptVersion"/>.</summary>
    public ManifestVersion? AcceptVersion { get; init; }

    /// <summary>An empty store is left empty until a restore has filled it; see <see cref="AwaitedRestore"/>.</summary>
    public bool AwaitRestore { get; init; }

    /// <summary>Reads the keys <c>Store:…</c>. Every service with a store has the same.</summary>
    /// <param name="find">The value of a key, or null.</param>
    /// <param name="duration">The value of a key, else the given default; between a least and a most.</param>
    /// <param name="mistake">Told of everything that is wrong: the key and what it has to be.</param>
    /// <param name="development">Whether plaintext may be allowed.</param>
    public static StoreSettings Read(
        Func<string, string?> find, Func<string, TimeSpan, TimeSpan, TimeSpan, TimeSpan> duration, Action<string, string> mistake, bool development)
    {
        ArgumentNullException.ThrowIfNull(find);
        ArgumentNullException.ThrowIfNull(duration);
        ArgumentNullException.ThrowIfNull(mistake);
        var file = find(FileKey);
        var defaults = new EtcdStoreOptions { Endpoints = ReadEndpoints(find, mistake) };
        var etcd = defaults with
        {
            CertificateFile = ReadFile(nameof(EtcdStoreOptions.CertificateFile), find, mistake),
            KeyFile = ReadFile(nameof(EtcdStoreOptions.KeyFile), find, mistake),
            CaFile = ReadFile(nameof(EtcdStoreOptions.CaFile), find, mistake),
            AllowPlaintext = ReadFlag(EtcdKey + nameof(EtcdStoreOptions.AllowPlaintext), find, mistake),
            TryTimeout = duration(EtcdKey + nameof(EtcdStoreOptions.TryTimeout), defaults.TryTimeout, Shortest, Longest),
            Timeout = duration(EtcdKey + nameof(EtcdStoreOptions.Timeout), defaults.Timeout, Shortest, Longest),
            WatchSilence = duration(EtcdKey + nameof(EtcdStoreOptions.WatchSilence), defaults.WatchSilence, Shortest, Longest),
        };
        var used = etcd.Endpoints.Count > 0 || etcd.CertificateFile is not null || etcd.KeyFile is not null || etcd.CaFile is not null;
        if ((file is null) != used)
        {
            mistake(FileKey, $"exactly one of {FileKey} and {EtcdKey}Endpoints must be set");
        }

        foreach (var (option, problem) in used ? etcd.Mistakes() : [])
        {
            mistake(EtcdKey + option, problem);
        }

        if (etcd.AllowPlaintext && !development)
        {
            mistake(EtcdKey + nameof(EtcdStoreOptions.AllowPlaintext), "is for development only");
        }

        return new StoreSettings
        {
            File = file,
            Etcd = used ? etcd : null,
            StateDirectory = find(StateKey),
            AcceptVersion = ReadVersion(find, mistake),
            AwaitRestore = ReadFlag(AwaitKey, find, mistake),
        };
    }

    /// <inheritdoc cref="SqliteStore.OpenAsync"/>
    public static async Task<IRevisionedStore> OpenAsync(
        string? file, EtcdStoreOptions? etcd, TimeProvider timeProvider, ILogger logger, CancellationToken cancellationToken = default) => etcd is not null
            ? await EtcdStore.OpenAsync(etcd, timeProvider, logger, cancellationToken)
            : await SqliteStore.OpenAsync(
                new SqliteStoreOptions { Path = file ?? throw new ArgumentException("no store is named", nameof(file)) }, timeProvider, logger, cancellationToken);

    private static List<Uri> ReadEndpoints(Func<string, string?> find, Action<string, string> mistake)
    {
        var endpoints = new List<Uri>();
        for (var i = 0; ; i++)
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"{EtcdKey}{nameof(EtcdStoreOptions.Endpoints)}:{i}");
            if (find(key) is not { } text)
            {
                return endpoints;
            }

            if (Uri.TryCreate(text, UriKind.Absolute, out var endpoint))
            {
                endpoints.Add(endpoint);
            }
            else
            {
                mistake(key, $"'{text}' is not an address such as https://etcd-1.example.org:2379");
            }
        }
    }

    private static ManifestVersion? ReadVersion(Func<string, string?> find, Action<string, string> mistake)
    {
        if (find(AcceptKey) is not { } text)
        {
            return null;
        }

        if (!ManifestVersion.TryParse(text, out var version))
        {
            mistake(AcceptKey, $"'{text}' is no version such as 1.17");
            return null;
        }

        return version;
    }

    private static string? ReadFile(string option, Func<string, string?> find, Action<string, string> mistake)
    {
        var path = find(EtcdKey + option);
        if (path is not null && !System.IO.File.Exists(path))
        {
            mistake(EtcdKey + option, $"there is no file {path}");
        }

        return path;
    }

    private static bool ReadFlag(string key, Func<string, string?> find, Action<string, string> mistake)
    {
        if (find(key) is not { } text)
        {
            return false;
        }

        if (!bool.TryParse(text, out var flag))
        {
            mistake(key, $"'{text}' is not true or false");
        }

        return flag;
    }
}
