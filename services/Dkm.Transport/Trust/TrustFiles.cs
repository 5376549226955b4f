namespace Dkm.Transport;

using System;
using System.Collections.Generic;
using System.Linq;
using Dkm.Core;
using Microsoft.Extensions.Logging;

/// <summary>The files behind a <see cref="TrustStore"/>. Each is kept or replaced for itself: a broken bundle does not hold up the deny list.</summary>
internal sealed class TrustFiles
{
    private readonly Dictionary<IdentityClass, WatchedFile<TrustBundle>> bundles = [];
    private readonly WatchedFile<DenyList>? denied;
    private readonly ILogger logger;

    public TrustFiles(TrustOptions options, ILogger logger)
    {
        this.logger = logger;
        var mistakes = new List<string>();
        Open(IdentityClass.Workload, options.WorkloadCaFile, mistakes);
        Open(IdentityClass.Service, options.ServiceCaFile, mistakes);
        Open(IdentityClass.Human, options.HumanCaFile, mistakes);
        Open(IdentityClass.Elevated, options.ElevatedCaFile, mistakes);
        denied = options.DeniedFile is { } file ? Open(file, DenyList.Parse, mistakes) : null;
        if (bundles.Count == 0 && mistakes.Count == 0)
        {
            mistakes.Add("no CA file is configured: nobody could be known");
        }

        if (mistakes.Count > 0)
        {
            throw new DkmException(ErrorKind.FailedPrecondition, Reasons.TrustFiles, string.Join("; ", mistakes));
        }

        WarnOfSharedAuthorities();
    }

    public string? Trouble
    {
        get
        {
            var troubles = bundles.Values.Select(file => file.Trouble).Append(denied?.Trouble).OfType<string>().ToArray();
            return troubles.Length == 0 ? null : string.Join("; ", troubles);
        }
    }

    /// <summary>True if something in force has changed.</summary>
    public bool Reload()
    {
        var changed = false;
        foreach (var file in bundles.Values)
        {
            changed |= file.Reload(logger);
        }

        if (changed)
        {
            WarnOfSharedAuthorities();
        }

        return (denied?.Reload(logger) ?? false) | changed;
    }

    public TrustSnapshot Snapshot(long version) =>
        new(version, bundles.ToDictionary(pair => pair.Key, pair => pair.Value.Value), denied?.Value ?? DenyList.Empty);

    private static WatchedFile<T>? Open<T>(string path, Func<byte[], T> parse, List<string> mistakes)
        where T : class
    {
        try
        {
            return new WatchedFile<T>(path, parse);
        }
        catch (Exception exception) when (WatchedFile<T>.IsFileTrouble(exception))
        {
            mistakes.Add($"{path}: {exception.Message}");
            return null;
        }
    }

    private void Open(IdentityClass identityClass, string? path, List<string> mistakes)
    {
        if (path is not null && Open(path, TrustBundle.Parse, mistakes) is { } file)
        {
            bundles.Add(identityClass, file);
        }
    }

    private void WarnOfSharedAuthorities()
    {
        var owners = new Dictionary<string, IdentityClass>(StringComparer.Ordinal);
        foreach (var (identityClass, file) in bundles)
        {
            foreach (var anchor in file.Value.Anchors)
            {
                if (!owners.TryAdd(anchor.Thumbprint, identityClass) && owners[anchor.Thumbprint] != identityClass)
                {
                    Log.SharedAuthority(logger, owners[anchor.Thumbprint].ToString(), identityClass.ToString());
                }
            }
        }
    }
}
