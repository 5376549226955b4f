namespace Dkm.Core.Authorization;

/// <summary>What was decided and why, so that a denial can teach.</summary>
/// <param name="Allowed">The decision.</param>
/// <param name="Reason">One of <see cref="Reasons"/>.</param>
/// <param name="Explanation">For people: who the caller is, what is missing, what may be done about it.</param>
/// <param name="Group">The group that decided, if one did.</param>
public sealed record AccessDecision(bool Allowed, string Reason, string Explanation, string? Group = null)
{
    /// <summary>Throws the denial, if it is one.</summary>
    /// <exception cref="DkmException">PERMISSION_DENIED.</exception>
    public void Demand()
    {
        if (!Allowed)
        {
            throw new DkmException(ErrorKind.PermissionDenied, Reason, Explanation);
        }
    }
}
