namespace Dkm.Audit;

/// <summary>What was found where a batch should be.</summary>
internal enum BatchStatus
{
    /// <summary>A whole batch, the next in order.</summary>
    Whole,

    /// <summary>The file ends here.</summary>
    End,

    /// <summary>The file ends within a batch.</summary>
    CutOff,

    /// <summary>Something that is not the next batch; <see cref="SegmentReader.Fault"/> says how.</summary>
    Faulty,
}
