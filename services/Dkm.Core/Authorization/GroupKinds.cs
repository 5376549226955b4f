namespace Dkm.Core.Authorization;

/// <summary>Which class of identity belongs in which kind of group.</summary>
public static class GroupKinds
{
    /// <summary>
    /// Asked when a member is added and again at every decision, so that a record which somebody slipped into the store past Access
    /// gives a human nothing.
    /// </summary>
    public static bool Admits(this GroupKind kind, IdentityClass identityClass) =>
        (kind, identityClass) is (GroupKind.Workload, IdentityClass.Workload) or (GroupKind.Human, IdentityClass.Human);
}
