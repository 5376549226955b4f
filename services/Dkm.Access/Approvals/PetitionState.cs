namespace Dkm.Access.Approvals;

/// <summary>Where a petition is. Numbers are those of <c>dkm.access.v1.Petition.State</c>.</summary>
internal enum PetitionState
{
    /// <summary>Waits for approvals.</summary>
    Pending = 1,

    /// <summary>An elevation in force.</summary>
    Active = 2,

    /// <summary>An elevation that ended by its time.</summary>
    Expired = 3,

    /// <summary>A proposal that was carried out.</summary>
    Applied = 4,

    /// <summary>Ended by an approver.</summary>
    Denied = 5,

    /// <summary>Ended by its requester.</summary>
    Cancelled = 6,

    /// <summary>Not approved in its time.</summary>
    Lapsed = 7,

    /// <summary>An elevation ended before its time.</summary>
    Revoked = 8,
}
