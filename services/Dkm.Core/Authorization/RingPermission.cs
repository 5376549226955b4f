namespace Dkm.Core.Authorization;

/// <summary>What a binding of a ring allows. Numbers are those of <c>dkm.keyring.v1.Permission</c>.</summary>
public enum RingPermission
{
    /// <summary>Make envelopes.</summary>
    Encrypt = 1,

    /// <summary>Open envelopes.</summary>
    Decrypt = 2,

    /// <summary>Receive key material and work in the caller's own process. Implies encrypt and decrypt.</summary>
    Hold = 3,

    /// <summary>Open envelopes of a COMPROMISED key, through Crypto.</summary>
    DecryptCompromised = 4,

    /// <summary>Roll, update and read the ring. No key.</summary>
    Manage = 5,

    /// <summary>Schedule the destruction of keys.</summary>
    Destroy = 6,
}
