namespace Dkm.Core;

/// <summary>The construction of an envelope; the byte at offset 4. Numbers 2 (XChaCha20-Poly1305) and 4 (AES-256-CBC + HMAC-SHA-512) are reserved.</summary>
public enum Suite : byte
{
    /// <summary>C2SP XAES-256-GCM: nonce 24 bytes, tag 16. The default; made of FIPS-approved parts.</summary>
    Xaes256Gcm = 1,

    /// <summary>AEGIS-256: nonce 32 bytes, tag 32. The fastest; the tag commits to the key.</summary>
    Aegis256 = 3,
}
