namespace Dkm.Storage;

using System;
using System.Collections.Generic;
using System.Security.Cryptography;
using Dkm.Backup.V1;
using Dkm.Core;
using Dkm.Core.Backups;
using Google.Protobuf;

/// <summary>What can be told of a section without any key: its form, its order, and what is needed to open it.</summary>
internal sealed class SectionOutline
{
    private const int MaximumStoreKeys = 1000;

    private readonly ServicePaths paths;
    private readonly Dictionary<KeyId, ReadOnlyMemory<byte>> storeKeys = [];
    private SectionHeader? header;
    private SectionTrailer? trailer;
    private string last = string.Empty;
    private long entries;

    private SectionOutline(ServicePaths paths) => this.paths = paths;

    public SectionHeader Header => header!;

    public string ClusterId => Header.ClusterId;

    public ReadOnlySpan<byte> Mac => trailer!.Mac.Span;

    /// <summary>The value at the manifest's path.</summary>
    public ReadOnlyMemory<byte> Manifest { get; private set; }

    /// <summary>The store keys as they lie in the store, by their ids.</summary>
    public IReadOnlyDictionary<KeyId, ReadOnlyMemory<byte>> StoreKeys => storeKeys;

    /// <exception cref="DkmException">INVALID_ARGUMENT BACKUP_INVALID.</exception>
    public static SectionOutline Read(ServicePaths paths, SectionSpool spool)
    {
        var outline = new SectionOutline(paths);
        foreach (var frame in spool.Frames())
        {
            outline.Take(frame);
        }

        outline.Finish();
        return outline;
    }

    /// <exception cref="DkmException">INVALID_ARGUMENT BACKUP_INVALID.</exception>
    public static SectionEntry ReadEntry(string service, SectionFrame frame) => Parse(service, "an entry", () => SectionEntry.Parser.ParseFrom(frame.Payload));

    /// <summary>The header alone, for who looks whether it has to read on.</summary>
    /// <exception cref="DkmException">INVALID_ARGUMENT BACKUP_INVALID.</exception>
    public static SectionHeader ReadHeader(string service, ReadOnlyMemory<byte> payload)
    {
        var header = Parse(service, "the header", () => SectionHeader.Parser.ParseFrom(payload.Span));
        return header.Format != BackupFormat.Version
            ? throw StoreErrors.BackupInvalid(service, $"the header says format {header.Format}; this software reads format {BackupFormat.Version}")
            : header.Service != service
            ? throw StoreErrors.BackupInvalid(service, $"the header says that it is a section of '{header.Service}'")
            : !BackupFormat.IsId(header.BackupId)
            ? throw StoreErrors.BackupInvalid(service, "the header has no backup id")
            : header;
    }

    private static T Parse<T>(string service, string what, Func<T> parse)
    {
        try
        {
            return parse();
        }
        catch (InvalidProtocolBufferException)
        {
            throw StoreErrors.BackupInvalid(service, $"{what} cannot be read");
        }
    }

    private void Take(SectionFrame frame)
    {
        if ((frame.Part == BackupPart.Header) != (header is null))
        {
            throw Invalid(header is null ? "it does not begin with a header" : "it has a second header");
        }

        if (trailer is not null)
        {
            throw Invalid("something follows behind its trailer");
        }

        switch (frame.Part)
        {
            case BackupPart.Header when frame.Bytes.Length > BackupFormat.MaximumHeader:
                throw Invalid("its header is too long");
            case BackupPart.Header:
                header = ReadHeader(paths.Service, frame.Bytes.AsMemory(BackupFrame.HeadSize));
                if (!ClusterIdentity.IsId(header.ClusterId))
                {
                    throw Invalid("the header names no installation");
                }

                break;
            case BackupPart.Entry:
                Take(ReadEntry(paths.Service, frame));
                break;
            default:
                trailer = Parse(paths.Service, "the trailer", () => SectionTrailer.Parser.ParseFrom(frame.Payload));
                break;
        }
    }

    private void Take(SectionEntry entry)
    {
        entries++;
        if (!paths.IsValid(entry.Path))
        {
            throw Invalid($"entry {entries} has a path that no store has");
        }

        if (string.CompareOrdinal(last, entry.Path) >= 0)
        {
            throw Invalid($"{entry.Path} stands behind {last}: entries are missing, twice there, or in another order");
        }

        last = entry.Path;
        switch (ServicePaths.Classify(entry.Path))
        {
            case PathKind.Leased:
                throw Invalid($"{entry.Path} belongs to a lease, and no backup holds such");
            case PathKind.Manifest:
                Manifest = entry.Value.Memory;
                break;
            case PathKind.StoreKey:
                if (ServicePaths.StoreKeyId(entry.Path) is not { } id || storeKeys.Count == MaximumStoreKeys)
                {
                    throw Invalid($"{entry.Path} is no store key");
                }

                storeKeys[id] = entry.Value.Memory;
                break;
            default:
                break;
        }
    }

    private void Finish()
    {
        if (header is null || trailer is null)
        {
            throw Invalid(header is null ? "it is empty" : "it is cut off: the trailer is missing");
        }

        if (trailer.EntryCount != entries)
        {
            throw Invalid($"it has {entries} entries, and its trailer speaks of {trailer.EntryCount}");
        }

        if (trailer.Mac.Length != HMACSHA256.HashSizeInBytes)
        {
            throw Invalid("its trailer has no MAC");
        }

        if (Manifest.IsEmpty)
        {
            throw Invalid("the manifest is missing");
        }
    }

    private DkmException Invalid(string what) => StoreErrors.BackupInvalid(paths.Service, what);
}
