namespace Dkm.Storage;

using System;
using Dkm.Core;

/// <summary>Where a service's things lie, and what is what below its prefix.</summary>
internal sealed class ServicePaths
{
    private const string ManifestName = "manifest";
    private const string SealingFolder = "sealing/";

    // They come and go with a lease, which advances no manifest.
    private static readonly string[] LeasedFolders = ["election/", "holders/", "replicas/"];

    public ServicePaths(string service)
    {
        if (!StorePath.IsValid(StorePath.Service(service)) || service.Contains('/', StringComparison.Ordinal))
        {
            throw new ArgumentException("a service is one path segment", nameof(service));
        }

        Service = service;
        Prefix = StorePath.Service(service);
        Manifest = StorePath.Manifest(service);
    }

    public string Service { get; }

    public string Prefix { get; }

    public string Manifest { get; }

    public static PathKind Classify(string relative)
    {
        if (relative == ManifestName)
        {
            return PathKind.Manifest;
        }

        if (relative.StartsWith(SealingFolder, StringComparison.Ordinal))
        {
            return PathKind.StoreKey;
        }

        return Array.Exists(LeasedFolders, folder => relative.StartsWith(folder, StringComparison.Ordinal)) ? PathKind.Leased : PathKind.Record;
    }

    /// <summary>Where the wrapped store keys lie.</summary>
    public string StoreKeys => Prefix + SealingFolder;

    /// <summary>The id in a store key's path; null if it names none.</summary>
    public static KeyId? StoreKeyId(string relative) => KeyId.TryParse(relative[SealingFolder.Length..], out var id) ? id : null;

    public string StoreKey(KeyId id) => $"{Prefix}{SealingFolder}{id}";

    public string Relative(string fullPath) => fullPath[Prefix.Length..];

    public string Full(string relative) => Prefix + relative;

    public bool IsValid(string relative) => relative.Length > 0 && relative[0] != '/' && StorePath.IsValid(Full(relative));

    /// <exception cref="ArgumentException">No record may lie there.</exception>
    public void CheckRecord(string relative)
    {
        if (!IsValid(relative) || Classify(relative) != PathKind.Record)
        {
            throw new ArgumentException($"no record may lie at '{relative}'", nameof(relative));
        }
    }
}
