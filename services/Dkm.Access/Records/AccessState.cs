namespace Dkm.Access.Records;

using System;
using Dkm.Access.Approvals;
using Dkm.Core.Authorization;
using Dkm.Storage;

/// <summary>All that Access holds, at one version. Immutable: a decision is made from one of these, and written only while it is the newest.</summary>
/// <param name="Groups">The groups, and the policy that follows from all of it.</param>
/// <param name="Petitions">Elevations and proposals.</param>
/// <param name="HighestTime">The highest time that any replica has recorded.</param>
/// <param name="TimeVersion">The version of the record that says it; 0: there is none yet.</param>
internal sealed record AccessState(GroupSet Groups, PetitionSet Petitions, DateTimeOffset HighestTime, long TimeVersion)
{
    public static AccessState Empty { get; } = new(GroupSet.Empty, PetitionSet.Empty, DateTimeOffset.MinValue, 0);

    public PolicySnapshot Policy => Groups.Policy;

    public ManifestVersion Version => new(Policy.Version.Epoch, Policy.Version.Number);
}
