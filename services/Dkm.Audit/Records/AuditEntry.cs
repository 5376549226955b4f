namespace Dkm.Audit;

using System;
using Dkm.Core;

/// <summary>
/// What one record says. A closed list of fields, none of which can hold a key, a plaintext, a token or a context. Texts longer than
/// <see cref="MaximumText"/> are cut, since a record that could be refused for its length would be a way to do things unrecorded.
/// </summary>
public sealed record AuditEntry
{
    /// <summary>Limit of each text, in bytes of UTF-8.</summary>
    public const int MaximumText = 1024;

    public required AuditKind Kind { get; init; }

    /// <summary>When, by the replica's clock; kept to the microsecond.</summary>
    public required DateTimeOffset Time { get; init; }

    public AuditOutcome Outcome { get; init; }

    /// <summary>The caller's SPIFFE ID; null for what the service does by itself.</summary>
    public string? Identity { get; init; }

    /// <summary>The human behind an elevated caller.</summary>
    public string? Person { get; init; }

    /// <summary>The elevation that she acts under.</summary>
    public string? Elevation { get; init; }

    /// <summary>The ticket of that elevation.</summary>
    public string? Ticket { get; init; }

    /// <summary>The method's full name, such as <c>dkm.crypto.v1.CryptoService/Decrypt</c>, or a word of ours for what no call began.</summary>
    public string? Action { get; init; }

    public string? Ring { get; init; }

    /// <summary>What else it is about: a group, an elevation, a root.</summary>
    public string? Subject { get; init; }

    public KeyId? Key { get; init; }

    /// <summary>HMAC of the context under the log's own key; see <see cref="LogKey.Digest"/>.</summary>
    public AuditHash? Context { get; init; }

    /// <summary>The stable word of a refusal, one of <see cref="Reasons"/>.</summary>
    public string? Reason { get; init; }

    /// <summary>The W3C trace id.</summary>
    public UInt128? Trace { get; init; }

    /// <summary>The operation id of a change, which its record in the store has too.</summary>
    public UInt128? Operation { get; init; }

    /// <summary>SHA-256 of the request that is to be carried out.</summary>
    public AuditHash? Body { get; init; }

    /// <summary>How many: denials, or items of a batch.</summary>
    public long? Count { get; init; }

    /// <summary>How many of a batch's items were refused.</summary>
    public long? Refused { get; init; }

    /// <summary>Merkle root of a batch's items.</summary>
    public AuditHash? Items { get; init; }
}
