namespace Dkm.Core;

/// <summary>The three services. Their SPIFFE paths are <c>/dkm/access</c>, <c>/dkm/keyring</c> and <c>/dkm/crypto</c>.</summary>
public enum DkmService
{
    Access = 1,
    KeyRing = 2,
    Crypto = 3,
}
