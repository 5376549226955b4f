namespace Dkm.Cli.Elevations;

/// <summary>One approval; whether it counts now says whether she is still in the level's group.</summary>
internal sealed record ApprovalView(string Approver, int Level, string? ApproveTime, string? Reason, bool Counts);
