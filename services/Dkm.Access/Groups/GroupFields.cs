namespace Dkm.Access.Groups;

using System;
using System.Buffers;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Dkm.Core;
using Dkm.Core.Authorization;

/// <summary>The rules of each field of a group. Every mistake names its field as the request has it.</summary>
internal sealed class GroupFields(string trustDomain)
{
    public const int MaximumMembers = 10_000;
    private const int MaximumDescription = 256;
    private const int MaximumName = 63;

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>One order for all, whatever order they were given in.</summary>
    public static IReadOnlyList<SpiffeId> Sort(IEnumerable<SpiffeId> members) =>
        [.. members.Distinct().OrderBy(member => member.ToString(), StringComparer.Ordinal)];

    public static string Name(string name, string field)
    {
        if (name.Length == 0)
        {
            throw DkmException.Invalid(field, Reasons.Required, "the name of a group is required");
        }

        return name.Length > MaximumName || name.AsSpan().ContainsAnyExcept(NameCharacters)
            ? throw DkmException.Invalid(field, Reasons.InvalidField, "the name of a group is 1 to 63 of [a-z0-9-]")
            : name;
    }

    public static string NewName(string name, string field) => BuiltInGroups.IsReserved(Name(name, field))
        ? throw DkmException.Invalid(field, Reasons.BuiltInGroup, $"names that begin with '{BuiltInGroups.ReservedPrefix}' are the system's own")
        : name;

    public static GroupKind Kind(GroupKind kind, string field) => Enum.IsDefined(kind)
        ? kind
        : throw DkmException.Invalid(field, Reasons.Required, "the kind is WORKLOAD or HUMAN");

    public static string Description(string description, string field) => description.EnumerateRunes().Count() > MaximumDescription
        ? throw DkmException.Invalid(field, Reasons.TooLong, "a description is at most 256 characters")
        : OneLine.Demand(description, field, "a description");

    public static string RequestId(string requestId, string field) => requestId.Length == 0 || KeyId.TryParse(requestId, out _)
        ? requestId
        : throw DkmException.Invalid(field, Reasons.InvalidField, "a request id is a UUID in lower case, such as 6fa459ea-ee8a-4ca4-894e-db77e160355e");

    public IReadOnlyList<SpiffeId> Members(IReadOnlyList<string> members, GroupKind kind, string field)
    {
        if (members.Count > MaximumMembers)
        {
            throw DkmException.Invalid(field, Reasons.TooMany, "a group has at most 10,000 members");
        }

        var ids = new SpiffeId[members.Count];
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = Member(members[i], kind, string.Create(CultureInfo.InvariantCulture, $"{field}[{i}]"));
        }

        return Sort(ids);
    }

    private SpiffeId Member(string text, GroupKind kind, string field)
    {
        if (!SpiffeId.TryParse(text, out var id, out var problem))
        {
            throw DkmException.Invalid(field, Reasons.InvalidField, problem);
        }

        if (!string.Equals(id.TrustDomain, trustDomain, StringComparison.Ordinal))
        {
            throw DkmException.Invalid(field, Reasons.InvalidField, $"{id} is not of trust domain {trustDomain}");
        }

        return kind.Admits(id.Class)
            ? id
            : throw DkmException.Invalid(
                field,
                Reasons.WrongKind,
                kind == GroupKind.Workload
                    ? $"{id} is no workload: a WORKLOAD group has workloads only (/ns/NAMESPACE/sa/ACCOUNT), because it may be bound to keys and no human ever reaches a key"
                    : $"{id} is no human: a HUMAN group has humans only (/human/NAME)");
    }
}
