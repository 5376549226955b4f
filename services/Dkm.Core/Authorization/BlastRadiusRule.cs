namespace Dkm.Core.Authorization;

/// <summary>How many live holders a change may cut off without being asked whether that is meant (DESIGN section 5). Pure.</summary>
public static class BlastRadiusRule
{
    /// <summary>More than one, and more than a fifth: of the processes, or of the identities. Who opens many streams hides nobody by it.</summary>
    public static bool NeedsConfirmation(HolderCount losing, HolderCount holders) =>
        IsMuch(losing.Processes, holders.Processes) || IsMuch(losing.Identities, holders.Identities);

    /// <summary>
    /// Whoever confirms has seen a number; fewer than that may be cut off, more may not. Identities count: whoever is to be cut off opens and closes streams
    /// as she likes, and the number must not run ahead of the one who revokes.
    /// </summary>
    public static bool IsAllowed(HolderCount losing, HolderCount holders, int confirmed) =>
        !NeedsConfirmation(losing, holders) || confirmed >= losing.Identities;

    private static bool IsMuch(int losing, int holders) => losing > 1 && losing * 5L > holders;
}
