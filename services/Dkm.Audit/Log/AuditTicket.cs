namespace Dkm.Audit;

using System.Threading.Tasks;

/// <summary>A record that is on its way.</summary>
/// <param name="Index">Its place in the log.</param>
/// <param name="Written">
/// Ends when the record is on disk. No answer that rests on it leaves before. Fails with UNAVAILABLE AUDIT_UNAVAILABLE; nothing waits longer than
/// <see cref="AuditLogOptions.CommitLimit"/> and a second.
/// </param>
public readonly record struct AuditTicket(long Index, Task Written);
