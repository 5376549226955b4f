namespace Dkm.KeyRing.Keys.States;

/// <summary>What somebody may do to the state of one key.</summary>
internal enum KeyAction
{
    Disable,
    Enable,
    Compromise,
    Destroy,
    Restore,
}
