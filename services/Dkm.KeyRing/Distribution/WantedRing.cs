namespace Dkm.KeyRing.Distribution;

using System;

/// <summary>What one stream knows of one ring. Written by the stream's own writer, read by status.</summary>
internal sealed class WantedRing(string name)
{
    public string Name { get; } = name;

    /// <summary>What was sent last; 0 if nothing is held.</summary>
    public long SentRevision { get; set; }

    public bool Held => SentRevision > 0;

    /// <summary>The reason of the last denial, so that it is not told every second.</summary>
    public string? DeniedReason { get; set; }

    public long AcknowledgedRevision { get; set; }

    /// <summary>The last time of sending that granted or renewed a lease of this ring.</summary>
    public DateTimeOffset LeaseStart { get; set; }

    /// <summary>In the queue of the stream already: a hundred changes of a ring are one message to a slow reader, the newest.</summary>
    public bool Queued { get; set; }

    /// <summary>One too many: it is denied once and then forgotten.</summary>
    public bool Refused { get; init; }

    /// <summary>The holder has asked and gets an answer, even if nothing changed.</summary>
    public bool Asked { get; set; }
}
