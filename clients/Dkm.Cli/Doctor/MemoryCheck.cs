namespace Dkm.Cli.Doctor;

using Dkm.Core.Secrets;

/// <summary>Whether keys in this process stay out of swap and dumps.</summary>
internal static class MemoryCheck
{
    private const string Name = "memory here";

    public static CheckResult Run()
    {
        // Pages are locked when the first secret needs them.
        using var probe = SecretBytes.Random(32);
        var status = SecretMemory.Status;
        return (status.Locked, status.ExcludedFromDumps) switch
        {
            (true, true) => CheckResult.Good(Name, "keys are locked in memory and excluded from dumps"),
            (true, false) => CheckResult.Watch(Name, "keys are locked in memory, but are part of a core dump", "switch core dumps off: ulimit -c 0"),
            _ => CheckResult.Watch(Name, $"keys may be swapped to disk: {status.FailureReason}", "raise the limit of locked memory (ulimit -l, LimitMEMLOCK=), or encrypt swap"),
        };
    }
}
