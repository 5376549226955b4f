namespace Dkm.Audit;

using System;
using System.Collections.Generic;
using System.Linq;
using Dkm.Core;

/// <summary>Pure: what Access asks of a log before it vouches for it.</summary>
public static class AnchorRule
{
    /// <summary>The key that a replica registers: its name is the origin that follows from the key itself, so that nobody can take another log's.</summary>
    /// <param name="key">As <see cref="NoteVerifier.TryParse"/> reads it.</param>
    /// <param name="trustDomain">The installation's.</param>
    /// <param name="service">The word of the service that calls.</param>
    /// <exception cref="DkmException">INVALID_ARGUMENT that names <c>key</c>.</exception>
    public static NoteVerifier Register(string? key, string trustDomain, string service) =>
        NoteVerifier.TryParse(key, out var verifier) && verifier.Kind == NoteKind.Signature
        && verifier.Name == $"{trustDomain}/dkm/{service}/{LogId.Of(verifier.PublicKeyBytes)}"
            ? verifier
            : throw DkmException.Invalid("key", Reasons.Malformed, $"a log of this caller is registered as {trustDomain}/dkm/{service}/ and the id of its Ed25519 key");

    /// <summary>Takes a checkpoint only if the log that it shows begins with the one that was shown before.</summary>
    /// <param name="log">The key that was registered.</param>
    /// <param name="last">The last checkpoint that was taken; null if none was.</param>
    /// <param name="note">The new one.</param>
    /// <param name="proof">That it is consistent with <paramref name="last"/>.</param>
    /// <returns>The checkpoint; null if it is the last one again.</returns>
    /// <exception cref="DkmException">INVALID_ARGUMENT: not signed by that log. FAILED_PRECONDITION AUDIT_DAMAGED: the log shrank or was written anew.</exception>
    public static Checkpoint? Take(NoteVerifier log, Checkpoint? last, SignedNote note, IReadOnlyList<AuditHash> proof)
    {
        ArgumentNullException.ThrowIfNull(log);
        var next = Checkpoint.Open(note, log) ?? throw DkmException.Invalid("checkpoint", Reasons.Malformed, $"not a checkpoint of {log.Name} signed by its key");
        if (last is null)
        {
            return next;
        }

        if (next.Size < last.Size)
        {
            throw AuditErrors.Damaged($"the log {log.Name} has shown {last.Size} records and now shows {next.Size}");
        }

        if (!TreeVerification.Consistency(last.Size, next.Size, last.Root, next.Root, proof))
        {
            throw AuditErrors.Damaged($"the {next.Size} records that the log {log.Name} shows are not shown to begin with the {last.Size} that it has shown before");
        }

        return next.Size == last.Size ? null : next;
    }

    /// <summary>Which anchors may go when there are many: of those that are older than an hour one an hour stays, of those older than a month one a day. The newest always stays.</summary>
    /// <param name="taken">When each was taken, ascending.</param>
    /// <param name="now">The time.</param>
    /// <returns>Their places in <paramref name="taken"/>.</returns>
    public static IReadOnlyList<int> Thin(IReadOnlyList<DateTimeOffset> taken, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(taken);
        return Enumerable.Range(0, int.Max(0, taken.Count - 1))
            .Where(i => Span(now - taken[i]) is { } span && Period(taken[i], span) == Period(taken[i + 1], span))
            .ToList();
    }

    private static TimeSpan? Span(TimeSpan age) =>
        age > TimeSpan.FromDays(30) ? TimeSpan.FromDays(1) : age > TimeSpan.FromHours(1) ? TimeSpan.FromHours(1) : null;

    private static long Period(DateTimeOffset time, TimeSpan span) => time.UtcTicks / span.Ticks;
}
