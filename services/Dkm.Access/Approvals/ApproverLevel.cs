namespace Dkm.Access.Approvals;

/// <summary>One level of approval: so many members of a HUMAN group.</summary>
/// <param name="Group">Its name, for people.</param>
/// <param name="GroupUid">The very group; the only thing a decision looks at.</param>
/// <param name="Approvals">How many of its members.</param>
internal sealed record ApproverLevel(string Group, string GroupUid, int Approvals);
