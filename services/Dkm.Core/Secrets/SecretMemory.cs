namespace Dkm.Core.Secrets;

using System;

/// <summary>The pages in which secrets lie: pinned, locked, excluded from dumps. Says whether that worked; a failure is never fatal here.</summary>
public static class SecretMemory
{
    /// <summary>The state of things now. Sets the first pages aside if there are none yet, so that the answer means something at start.</summary>
    public static SecretMemoryStatus Status => throw new NotImplementedException();
}
