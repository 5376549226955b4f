namespace Dkm.Core.Secrets;

/// <summary>How well the memory of secrets is kept out of swap and dumps.</summary>
/// <param name="Locked">Every page that holds secrets is locked.</param>
/// <param name="LockedBytes">Bytes locked now.</param>
/// <param name="TotalBytes">Bytes of all pages set aside for secrets now.</param>
/// <param name="ExcludedFromDumps">Every page is left out of core dumps, where the system can be told so.</param>
/// <param name="FailureReason">Why locking failed and what to do, for people; null when it did not fail.</param>
public sealed record SecretMemoryStatus(bool Locked, long LockedBytes, long TotalBytes, bool ExcludedFromDumps, string? FailureReason);
