namespace Dkm.Cli.Parsing;

using Dkm.KeyRing.V1;

/// <summary>The words for permissions, as bindings spell them.</summary>
internal static class PermissionWords
{
    public static bool TryParse(string word, out Permission permission)
    {
        permission = word switch
        {
            "encrypt" => Permission.Encrypt,
            "decrypt" => Permission.Decrypt,
            "hold" => Permission.Hold,
            "decrypt_compromised" or "decrypt-compromised" => Permission.DecryptCompromised,
            "manage" => Permission.Manage,
            "destroy" => Permission.Destroy,
            _ => Permission.Unspecified,
        };
        return permission != Permission.Unspecified;
    }

    public static string Of(Permission permission) => permission switch
    {
        Permission.Encrypt => "encrypt",
        Permission.Decrypt => "decrypt",
        Permission.Hold => "hold",
        Permission.DecryptCompromised => "decrypt_compromised",
        Permission.Manage => "manage",
        Permission.Destroy => "destroy",
        _ => $"permission {(int)permission}",
    };
}
