namespace Dkm.Access.Credentials;

using System;
using Dkm.Core;
using Dkm.Transport;
using Microsoft.Extensions.Logging;

/// <summary>Issues the certificates of elevations, with a CA of its own that lies in files and never in the store.</summary>
internal sealed class ElevationCredentials : IDisposable
{
    private readonly CertificateSource? authority;
    private readonly string trustDomain;
    private readonly TimeProvider time;

    public ElevationCredentials(AccessOptions options, TimeProvider time, ILogger<ElevationCredentials> logger)
    {
        this.time = time;
        trustDomain = options.Server.Trust.TrustDomain;
        if (options.ElevationCa is { } files)
        {
            authority = new CertificateSource(files.CertificateFile, files.KeyFile, time, logger);
        }
    }

    /// <exception cref="DkmException">FAILED_PRECONDITION NO_ELEVATION_CA.</exception>
    public CertificateSource DemandAuthority() => authority
        ?? throw new DkmException(
            ErrorKind.FailedPrecondition, Reasons.NoElevationCa, "this Access has no CA for elevations (Elevation:CaFile, Elevation:CaKeyFile), so nobody gets a credential from it");

    /// <summary>In PEM, for what is left of the elevation: reckoned in Access's time, so that a wall clock which is behind it makes no certificate longer.</summary>
    public string Issue(string id, CertifiedKey key, TimeSpan remaining) =>
        LeafIssuing.Issue(DemandAuthority().Leaf, SpiffeId.ForElevation(trustDomain, id), key, remaining, time.GetUtcNow());

    public void Dispose() => authority?.Dispose();
}
