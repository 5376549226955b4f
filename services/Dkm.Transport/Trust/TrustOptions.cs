namespace Dkm.Transport;

/// <summary>Which CA may vouch for which class of identity. A class without a bundle has no identities here.</summary>
public sealed record TrustOptions
{
    /// <summary>The one trust domain whose identities are known, such as <c>dkm.local</c>.</summary>
    public required string TrustDomain { get; init; }

    /// <summary>PEM bundle of the roots that vouch for <c>/ns/…/sa/…</c>; several during a rotation.</summary>
    public string? WorkloadCaFile { get; init; }

    /// <summary>PEM bundle of the roots that vouch for <c>/dkm/…</c>.</summary>
    public string? ServiceCaFile { get; init; }

    /// <summary>PEM bundle of the roots that vouch for <c>/human/…</c>.</summary>
    public string? HumanCaFile { get; init; }

    /// <summary>PEM bundle of the roots that vouch for <c>/elevated/…</c>.</summary>
    public string? ElevatedCaFile { get; init; }

    /// <summary>The deny list: one SHA-256 of a certificate (64 hex digits) a line; empty lines and lines that start with # are skipped.</summary>
    public string? DeniedFile { get; init; }
}
