namespace Dkm.Cli.Protection;

using System;
using Dkm.Cli.Failures;
using Dkm.Core;

/// <summary>Two permissions on two rings: which one was it? Crypto judges the envelope's ring first, and names the target where it denies that.</summary>
internal static class ReencryptAttempt
{
    public static Attempt Of(DkmException denied, string? target) =>
        denied.Reason == Reasons.KeyUnknownOrNotYours ? new Attempt(DkmService.Crypto, "decrypt", Ring: null)
        : Says(denied, target, "encrypt") ? new Attempt(DkmService.Crypto, "encrypt", target)
        : new Attempt(DkmService.Crypto, Says(denied, ring: null, "decrypt") ? "decrypt" : "encrypt", Ring: null);

    private static bool Says(DkmException denied, string? ring, string permission) =>
        (ring is null || denied.Message.Contains($"'{ring}'", StringComparison.Ordinal)) && denied.Message.Contains(permission, StringComparison.Ordinal);
}
