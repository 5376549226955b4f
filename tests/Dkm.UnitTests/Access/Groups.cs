namespace Dkm.UnitTests.Access;

using System;
using System.Collections.Generic;
using System.Linq;
using Dkm.Access.Groups;
using Dkm.Access.Records;
using Dkm.Core;
using Dkm.Core.Authorization;

/// <summary>Groups for the tests of this folder.</summary>
internal static class Groups
{
    public const string TrustDomain = "dkm.test";

    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static GroupFields Fields { get; } = new(TrustDomain);

    public static SpiffeId Worker(string name) => SpiffeId.Parse($"spiffe://{TrustDomain}/ns/mail/sa/{name}");

    public static SpiffeId Human(string name) => SpiffeId.Parse($"spiffe://{TrustDomain}/human/{name}");

    public static StoredGroup Workload(string name, long version, params string[] members) =>
        Group(name, version, GroupKind.Workload, members.Select(Worker));

    public static StoredGroup Humans(string name, long version, params string[] members) =>
        Group(name, version, GroupKind.Human, members.Select(Human)) with { BuiltIn = BuiltInGroups.IsReserved(name) };

    public static GroupSet Set(params StoredGroup[] groups) => GroupSet.Create(new PolicyVersion(1, groups.Select(group => group.Version).DefaultIfEmpty(1).Max()), groups);

    private static StoredGroup Group(string name, long version, GroupKind kind, IEnumerable<SpiffeId> members) => new()
    {
        Name = name,
        Uid = "uid-of-" + name,
        Kind = kind,
        Members = GroupFields.Sort(members),
        CreateTime = Now,
        UpdateTime = Now,
        Version = version,
    };
}
