namespace Dkm.Core.Keys;

/// <summary>The state of a key as seen at a time.</summary>
public enum KeyState
{
    /// <summary>Enabled, and its time has not come.</summary>
    Pending = 1,

    /// <summary>Enabled, and its time has come. Of the active keys one is primary.</summary>
    Active = 2,

    /// <summary>Opens only.</summary>
    Archived = 3,

    /// <summary>Stopped, reversibly.</summary>
    Disabled = 4,

    /// <summary>Never primary, withdrawn from holders.</summary>
    Compromised = 5,

    /// <summary>Goes at its time; may be undone until then.</summary>
    DestroyScheduled = 6,

    /// <summary>The material is gone.</summary>
    Destroyed = 7,
}
