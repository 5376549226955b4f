namespace Dkm.Cli.Backups;

using System;
using Dkm.Backup.V1;
using Dkm.Cli.Output;
using Dkm.Core;
using Dkm.Core.Backups;
using Google.Protobuf;

/// <summary>
/// Looks at a section as it goes by: whose it is, and whether it is whole. What its records are worth only the service can tell, which has the keys.
/// </summary>
internal sealed class SectionScanner(DkmService service)
{
    private readonly byte[] head = new byte[BackupFrame.HeadSize];
    private byte[] kept = [];
    private BackupFrame frame;
    private int inHead;
    private int inPayload;
    private SectionHeader? header;

    public SectionHeader Header => header ?? throw Invalid("it does not begin with a header");

    public long Entries { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>The trailer has gone by.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Takes what is of this section. Answers how much that was; less than all of it means that the section is complete.</summary>
    /// <exception cref="DkmException">INVALID_ARGUMENT BACKUP_INVALID.</exception>
    public int Feed(ReadOnlySpan<byte> bytes)
    {
        var taken = 0;
        while (taken < bytes.Length && !IsComplete)
        {
            taken += inHead < head.Length ? FeedHead(bytes[taken..]) : FeedPayload(bytes[taken..]);
            if (inHead == head.Length && inPayload == frame.Length)
            {
                EndFrame();
            }
        }

        Bytes += taken;
        return taken;
    }

    public DkmException Invalid(string what) => DkmException.Invalid(
        "section", Reasons.BackupInvalid, $"the {Words.Of(service)} section of this backup is refused: {what}");

    private int FeedHead(ReadOnlySpan<byte> bytes)
    {
        var count = Math.Min(bytes.Length, head.Length - inHead);
        bytes[..count].CopyTo(head.AsSpan(inHead));
        inHead += count;
        if (inHead == head.Length)
        {
            BeginFrame();
        }

        return count;
    }

    private void BeginFrame()
    {
        if (!BackupFrame.TryRead(head, out frame))
        {
            throw Invalid($"behind {Entries} entries comes what is no part of a backup");
        }

        if ((frame.Part == BackupPart.Header) != (header is null))
        {
            throw Invalid(header is null ? "it does not begin with a header" : "it has a second header");
        }

        inPayload = 0;
        if (frame.Part == BackupPart.Entry)
        {
            return;
        }

        kept = frame.Length <= BackupFormat.MaximumHeader - BackupFrame.HeadSize ? new byte[frame.Length] : throw Invalid("its header or trailer is too long");
    }

    private int FeedPayload(ReadOnlySpan<byte> bytes)
    {
        var count = Math.Min(bytes.Length, frame.Length - inPayload);
        if (frame.Part != BackupPart.Entry)
        {
            bytes[..count].CopyTo(kept.AsSpan(inPayload));
        }

        inPayload += count;
        return count;
    }

    private void EndFrame()
    {
        inHead = 0;
        try
        {
            switch (frame.Part)
            {
                case BackupPart.Header:
                    header = SectionHeader.Parser.ParseFrom(kept);
                    Judge(header);
                    break;
                case BackupPart.Entry:
                    Entries++;
                    break;
                default:
                    IsComplete = true;
                    Judge(SectionTrailer.Parser.ParseFrom(kept));
                    break;
            }
        }
        catch (InvalidProtocolBufferException)
        {
            throw Invalid("its header or trailer cannot be read");
        }
    }

    private void Judge(SectionHeader found)
    {
        if (found.Format != BackupFormat.Version)
        {
            throw Invalid($"it is of format {found.Format}; this dkm reads format {BackupFormat.Version}");
        }

        if (found.Service != Words.Of(service))
        {
            throw Invalid($"in its place stands a section of '{found.Service}'");
        }
    }

    private void Judge(SectionTrailer found)
    {
        if (found.EntryCount != Entries)
        {
            throw Invalid($"it has {Entries} entries, and its trailer speaks of {found.EntryCount}");
        }
    }
}
