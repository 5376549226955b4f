namespace Dkm.Audit;

/// <summary>An entry at its place.</summary>
/// <param name="Index">Its place in the log, from 0.</param>
/// <param name="Entry">What it says.</param>
public sealed record AuditRecord(long Index, AuditEntry Entry);
