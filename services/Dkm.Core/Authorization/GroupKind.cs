namespace Dkm.Core.Authorization;

/// <summary>What a group may contain. Numbers are those of <c>dkm.access.v1.Group.Kind</c>.</summary>
public enum GroupKind
{
    /// <summary>Workloads only. May be bound to key permissions.</summary>
    Workload = 1,

    /// <summary>Humans only: administrators, auditors, approvers. Never reaches a key.</summary>
    Human = 2,
}
