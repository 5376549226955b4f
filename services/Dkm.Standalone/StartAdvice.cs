namespace Dkm.Standalone;

using Dkm.Core;

/// <summary>What may be done when it does not start, in the manner of <c>dkm</c>.</summary>
internal static class StartAdvice
{
    /// <summary>Begins with a line end; empty where there is nothing to advise.</summary>
    public static string Lines(string reason) => reason switch
    {
        Ports.InUseReason => "\n  do  take free ports: dkm dev --port 0 (DKM_PORT=0), or N to N+3: --port N (DKM_PORT=N)",
        Reasons.StoreInUse => "\n  do  use the one that runs, stop it, or name another home: --home DIR (DKM_HOME)",
        _ => string.Empty,
    };
}
