namespace Dkm.Core.Authorization;

/// <summary>How many live holders a change may cut off without being asked whether that is meant (DESIGN section 5). Pure.</summary>
public static class BlastRadiusRule
{
    /// <summary>More than one, and more than a fifth.</summary>
    public static bool NeedsConfirmation(int losing, int holders) => losing > 1 && losing * 5L > holders;

    /// <summary>Whoever confirms has seen the number: another one than now is no confirmation.</summary>
    public static bool IsAllowed(int losing, int holders, int confirmed) => !NeedsConfirmation(losing, holders) || confirmed == losing;
}
