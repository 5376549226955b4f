namespace Dkm.Core.Keys;

/// <summary>The state of a key as the store keeps it. PENDING and ACTIVE are not here: they follow from ENABLED, the times and the clock.</summary>
public enum StoredKeyState
{
    /// <summary>Opens, and makes envelopes once its time has come.</summary>
    Enabled = 1,

    /// <summary>Opens only.</summary>
    Archived = 2,

    /// <summary>Stopped, reversibly.</summary>
    Disabled = 3,

    /// <summary>Never primary, withdrawn from holders; opens through Crypto with <c>decrypt_compromised</c> only.</summary>
    Compromised = 4,

    /// <summary>Goes at its time; may be undone until then.</summary>
    DestroyScheduled = 5,

    /// <summary>The material is gone from the live store, the tombstone stays.</summary>
    Destroyed = 6,
}
