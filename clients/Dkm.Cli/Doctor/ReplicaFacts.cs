namespace Dkm.Cli.Doctor;

using System;
using Dkm.Cli.Output;
using Dkm.Core;
using Dkm.Status.V1;

/// <summary>What was learned from one address.</summary>
/// <param name="Service">The service that is to be there.</param>
/// <param name="Address">Where.</param>
/// <param name="Before">When it was asked, by our clock.</param>
/// <param name="After">When the answer was there, by our clock.</param>
internal sealed record ReplicaFacts(DkmService Service, Uri Address, DateTimeOffset Before, DateTimeOffset After)
{
    /// <summary>What it says of itself; null if it did not answer, or not to this caller.</summary>
    public ServiceStatus? Status { get; init; }

    /// <summary>Whether it serves, where it says no more than that to this caller.</summary>
    public bool? Serving { get; init; }

    /// <summary>Where it was asked, and why there is no answer.</summary>
    public string? Trouble { get; init; }

    /// <summary>What to do about that.</summary>
    public string? Advice { get; init; }

    public string Who => $"{Words.Of(Service)} at {Address.Authority}";
}
