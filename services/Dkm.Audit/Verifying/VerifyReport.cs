namespace Dkm.Audit;

/// <summary>What was verified.</summary>
/// <param name="First">The first record that is here; those before were not looked at.</param>
/// <param name="Size">The record after the last good one.</param>
/// <param name="Anchored">How far anchors vouch for the records; those from here to <paramref name="Size"/> are vouched for by their checksums alone.</param>
/// <param name="Root">The root of the tree of <paramref name="Size"/> records.</param>
/// <param name="UnfinishedBytes">Behind the last record, of a write that was under way or was interrupted.</param>
/// <param name="Finding">The first thing that is wrong; null if nothing is.</param>
public sealed record VerifyReport(long First, long Size, long Anchored, AuditHash Root, long UnfinishedBytes, VerifyFinding? Finding);
