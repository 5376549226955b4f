namespace Dkm.Core;

/// <summary>What an identity is, told by the shape of its SPIFFE path. Each class is vouched for by a CA of its own.</summary>
public enum IdentityClass
{
    /// <summary><c>/ns/&lt;namespace&gt;/sa/&lt;account&gt;</c>.</summary>
    Workload = 1,

    /// <summary><c>/dkm/access</c>, <c>/dkm/keyring</c>, <c>/dkm/crypto</c>.</summary>
    Service = 2,

    /// <summary><c>/human/&lt;person&gt;</c>. Never gets a key permission.</summary>
    Human = 3,

    /// <summary><c>/elevated/&lt;id&gt;</c>: a human acting through an approved, time-bound exception.</summary>
    Elevated = 4,
}
