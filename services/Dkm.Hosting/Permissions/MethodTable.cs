namespace Dkm.Hosting;

using System;
using System.Collections.Frozen;
using System.Collections.Generic;
using static CallerClasses;

/// <summary>
/// Who may call what, for every method of every service. Default deny: a service with a method that is missing here does not start.
/// <c>docs/permissions.md</c> is made from it.
/// </summary>
public static class MethodTable
{
    private const string Groups = "/dkm.access.v1.GroupService/";
    private const string Approvals = "/dkm.access.v1.ApprovalService/";
    private const string AccessRoots = "/dkm.access.v1.RootService/";
    private const string Policy = "/dkm.access.v1.PolicyService/";
    private const string Rings = "/dkm.keyring.v1.KeyRingService/";
    private const string KeyRingRoots = "/dkm.keyring.v1.RootService/";
    private const string KeySets = "/dkm.keyring.v1.KeySetService/";
    private const string Crypto = "/dkm.crypto.v1.CryptoService/";
    private const string Status = "/dkm.status.v1.StatusService/";
    private const string Health = "/grpc.health.v1.Health/";

    private const string Administrators = "administrators";
    private const string AdministratorsAsKnown = "administrators, by the policy that the replica has, however old";
    private const string AdministratorsOrManage = "administrators; `manage` on the ring";
    private const string AdministratorsOrDestroy = "administrators; `destroy` on the ring";
    private const string Encrypt = "`encrypt` on the ring";

    /// <summary>In the order of the document.</summary>
    public static IReadOnlyList<MethodRule> Rows { get; } =
    [
        new(Groups + "CreateGroup", Human, Requirement.Administrator, Administrators),
        new(Groups + "GetGroup", Human, Requirement.Administrator, Administrators),
        new(Groups + "ListGroups", Human, Requirement.Administrator, Administrators),
        new(Groups + "UpdateGroup", Human, Requirement.Administrator, Administrators),
        new(Groups + "DeleteGroup", Human, Requirement.Administrator, Administrators),

        new(Approvals + "RequestElevation", Human, Requirement.None, "any human, for herself"),
        new(Approvals + "Propose", Human, Requirement.Administrator, Administrators),
        new(Approvals + "Get", Human, Requirement.Petition, "the requester; members of its approver groups; administrators; auditors"),
        new(Approvals + "List", Human, Requirement.None, "any human, of those that she may get"),
        new(Approvals + "Approve", Human, Requirement.Petition, "members of the open level's group, never the requester"),
        new(Approvals + "Deny", Human, Requirement.Petition, "members of any of its approver groups, never the requester"),
        new(Approvals + "Cancel", Human, Requirement.Petition, "the requester"),
        new(Approvals + "Revoke", Human, Requirement.Petition, "members of any of its approver groups; administrators; the requester"),
        new(Approvals + "IssueCredential", Human, Requirement.Petition, "the requester of an elevation in force"),
        new(Approvals + "SpendOperations", CallerClasses.Crypto, Requirement.Petition, "this service"),

        new(AccessRoots + "Recover", Human, Requirement.AdministratorAsKnown, AdministratorsAsKnown),
        new(AccessRoots + "Backup", Human, Requirement.Administrator, Administrators),
        new(AccessRoots + "Restore", Human, Requirement.Administrator, "administrators; while it awaits a restore, its configured first administrators"),

        new(Policy + "WatchPolicy", KeyRing | CallerClasses.Crypto, Requirement.None, "these two services"),

        new(Rings + "CreateKeyRing", Human, Requirement.Administrator, Administrators),
        new(Rings + "GetKeyRing", Workload | Human, Requirement.Ring, "administrators; any permission on the ring"),
        new(Rings + "ListKeyRings", Human, Requirement.Administrator, Administrators),
        new(Rings + "UpdateKeyRing", Human, Requirement.Administrator, Administrators),
        new(Rings + "RolloverKeyRing", Workload | Human, Requirement.Ring, AdministratorsOrManage),
        new(Rings + "ListKeys", Workload | Human, Requirement.Ring, AdministratorsOrManage),
        new(Rings + "GetKey", Workload | Human, Requirement.Ring, AdministratorsOrManage),
        new(Rings + "DisableKey", Workload | Human, Requirement.Ring, AdministratorsOrManage),
        new(Rings + "EnableKey", Workload | Human, Requirement.Ring, AdministratorsOrManage),
        new(Rings + "MarkKeyCompromised", Workload | Human, Requirement.Ring, AdministratorsOrManage),
        new(Rings + "DestroyKey", Workload | Human, Requirement.Ring, AdministratorsOrDestroy),
        new(Rings + "RestoreKey", Workload | Human, Requirement.Ring, AdministratorsOrDestroy),
        new(Rings + "GetKeyRingStatus", Workload | Human, Requirement.Ring, AdministratorsOrManage),
        new(Rings + "CheckAccess", Workload | Human, Requirement.Ring, AdministratorsOrManage + "; anyone about herself"),

        new(KeySets + "Subscribe", Workload | CallerClasses.Crypto, Requirement.EachRing,
            "`hold` on each ring; service crypto for rings that are not `serve: local`"),
        new(KeySets + "ResolveKey", Workload | CallerClasses.Crypto, Requirement.Ring,
            "`hold` on the key's ring; service crypto for rings that are not `serve: local`"),

        new(KeyRingRoots + "Recover", Human, Requirement.AdministratorAsKnown, AdministratorsAsKnown),
        new(KeyRingRoots + "Backup", Human, Requirement.Administrator, Administrators),
        new(KeyRingRoots + "Restore", Human, Requirement.Administrator, "administrators, by the policy of an Access that was restored before"),

        new(Crypto + "Encrypt", Workload | Elevated, Requirement.Ring, Encrypt),
        new(Crypto + "Decrypt", Workload | Elevated, Requirement.Ring, "`decrypt` on the envelope's ring"),
        new(Crypto + "ReEncrypt", Workload | Elevated, Requirement.Ring, "`decrypt` on the envelope's ring and `encrypt` on the target"),
        new(Crypto + "BatchEncrypt", Workload | Elevated, Requirement.Ring, Encrypt),
        new(Crypto + "BatchDecrypt", Workload | Elevated, Requirement.EachRing, "`decrypt` on the ring of each envelope"),
        new(Crypto + "GenerateDataKey", Workload | Elevated, Requirement.Ring, Encrypt),
        new(Crypto + "DescribeEnvelope", Workload | Human | Elevated, Requirement.None, "anyone; the ring is named to callers with a binding on it"),

        new(Status + "GetServiceStatus", Human, Requirement.AdministratorAsKnown, AdministratorsAsKnown),

        new(Health + "Check", All, Requirement.None, "anyone"),
        new(Health + "Watch", All, Requirement.None, "anyone"),
    ];

    private static FrozenDictionary<string, MethodRule> Index { get; } =
        Rows.ToFrozenDictionary(row => row.FullMethod, StringComparer.Ordinal);

    /// <summary>The row, or null: nobody may call it.</summary>
    public static MethodRule? Find(string fullMethod) => Index.GetValueOrDefault(fullMethod);
}
