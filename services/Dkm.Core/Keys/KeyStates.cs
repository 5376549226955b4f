namespace Dkm.Core.Keys;

using System;

/// <summary>The state of a key as a function of the clock.</summary>
public static class KeyStates
{
    /// <summary>The state at <paramref name="now"/>. A key is ACTIVE at its activate time itself.</summary>
    public static KeyState At(KeyFacts key, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Stored switch
        {
            StoredKeyState.Enabled => key.ActivateTime <= now ? KeyState.Active : KeyState.Pending,
            StoredKeyState.Archived => KeyState.Archived,
            StoredKeyState.Disabled => KeyState.Disabled,
            StoredKeyState.Compromised => KeyState.Compromised,
            StoredKeyState.DestroyScheduled => KeyState.DestroyScheduled,
            StoredKeyState.Destroyed => KeyState.Destroyed,
            _ => throw new ArgumentOutOfRangeException(nameof(key), key.Stored, "not a state of a key"),
        };
    }
}
