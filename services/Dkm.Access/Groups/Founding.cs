namespace Dkm.Access.Groups;

using System;
using System.Collections.Generic;
using System.Linq;
using Dkm.Access.Records;
using Dkm.Core;
using Dkm.Core.Authorization;

/// <summary>What a new installation begins with: its administrators and auditors. Pure.</summary>
internal static class Founding
{
    /// <returns>The built-in groups that are missing.</returns>
    /// <exception cref="DkmException">FAILED_PRECONDITION: nobody would administer it.</exception>
    public static IReadOnlyList<StoredGroup> Decide(
        GroupSet groups, IReadOnlyList<SpiffeId> firstAdministrators, bool development, DateTimeOffset now)
    {
        var founded = new List<StoredGroup>();
        if (groups.Find(BuiltInGroups.Administrators) is null)
        {
            var required = development ? 1 : 2;
            if (firstAdministrators.Distinct().Count() < required)
            {
                throw new DkmException(
                    ErrorKind.FailedPrecondition,
                    Reasons.LastAdministrator,
                    $"a new installation needs {required} or more FirstAdministrators in its configuration, and has {firstAdministrators.Distinct().Count()}");
            }

            founded.Add(BuiltIn(BuiltInGroups.Administrators, "Administers DKM.", firstAdministrators, now));
        }

        if (groups.Find(BuiltInGroups.Auditors) is null)
        {
            founded.Add(BuiltIn(BuiltInGroups.Auditors, "Reads the audit.", [], now));
        }

        return founded;
    }

    private static StoredGroup BuiltIn(string name, string description, IEnumerable<SpiffeId> members, DateTimeOffset now) => new()
    {
        Name = name,
        Uid = KeyId.Create(now).ToString(),
        Kind = GroupKind.Human,
        Members = GroupFields.Sort(members),
        Description = description,
        BuiltIn = true,
        CreateTime = now,
        UpdateTime = now,
    };
}
