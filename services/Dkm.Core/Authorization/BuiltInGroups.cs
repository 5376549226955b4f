namespace Dkm.Core.Authorization;

using System;

/// <summary>The groups that the system itself speaks of. Both are HUMAN.</summary>
public static class BuiltInGroups
{
    /// <summary>Who administers DKM.</summary>
    public const string Administrators = "dkm-admins";

    /// <summary>Who reads the audit.</summary>
    public const string Auditors = "dkm-auditors";

    /// <summary>Names that begin so are the system's own: nobody can create a group that looks like one of them.</summary>
    public const string ReservedPrefix = "dkm-";

    public static bool IsReserved(string name) => name.StartsWith(ReservedPrefix, StringComparison.Ordinal);
}
