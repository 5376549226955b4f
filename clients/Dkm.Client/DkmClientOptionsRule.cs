namespace Dkm.Client;

using System;
using System.Collections.Generic;
using System.Linq;
using Dkm.Core;
using Dkm.Transport;
using Microsoft.Extensions.Options;

/// <summary>What options must be. All mistakes are told at once: nobody likes to mend one to be told of the next.</summary>
internal sealed class DkmClientOptionsRule : IValidateOptions<DkmClientOptions>
{
    public static void Demand(DkmClientOptions options)
    {
        var mistakes = Find(options);
        if (mistakes.Count > 0)
        {
            throw new OptionsValidationException(nameof(DkmClientOptions), typeof(DkmClientOptions), mistakes);
        }
    }

    /// <summary>Of options without mistakes.</summary>
    public static IdentityFiles Files(DkmClientOptions options) =>
        options.IdentityDirectory is { Length: > 0 } directory
            ? IdentityFiles.FromDirectory(directory)
            : new IdentityFiles { CertificateFile = options.CertificateFile!, KeyFile = options.KeyFile!, CaFile = options.CaFile! };

    /// <summary>All that was given for KeyRing; null if nothing was.</summary>
    public static ServiceAddresses? KeyRing(DkmClientOptions options) => Join(options.KeyRingAddress, options.KeyRingAddresses);

    /// <summary>All that was given for Crypto; null if nothing was.</summary>
    public static ServiceAddresses? Crypto(DkmClientOptions options) => Join(options.CryptoAddress, options.CryptoAddresses);

    public static IReadOnlyList<string> Find(DkmClientOptions options)
    {
        var mistakes = new List<string>();
        CheckAddresses(options, mistakes);
        CheckIdentity(options, mistakes);
        Check(options.StartTimeout > TimeSpan.Zero, nameof(options.StartTimeout), "must be positive");
        Check(options.ResolveTimeout > TimeSpan.Zero, nameof(options.ResolveTimeout), "must be positive");
        Check(options.ArchivedKeyCapacity >= 1, nameof(options.ArchivedKeyCapacity), "must be at least 1");
        foreach (var ring in options.Rings)
        {
            Check(RingName.IsValid(ring), nameof(options.Rings), $"'{ring}' is not a ring's name: {RingName.Grammar}");
        }

        Check(options.Rings.Count == 0 || KeyRing(options) is not null, nameof(options.KeyRingAddress), "is needed to hold Rings");
        return mistakes;

        void Check(bool good, string option, string mistake)
        {
            if (!good)
            {
                mistakes.Add($"{option} {mistake}");
            }
        }
    }

    public ValidateOptionsResult Validate(string? name, DkmClientOptions options)
    {
        var mistakes = Find(options);
        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }

    private static void CheckAddresses(DkmClientOptions options, List<string> mistakes)
    {
        if (KeyRing(options) is null && Crypto(options) is null)
        {
            mistakes.Add($"{nameof(options.KeyRingAddress)} or {nameof(options.CryptoAddress)} must be set");
        }

        CheckAddresses(KeyRing(options), nameof(options.KeyRingAddress), mistakes);
        CheckAddresses(Crypto(options), nameof(options.CryptoAddress), mistakes);
        if (string.IsNullOrEmpty(options.TrustDomain) || !SpiffeId.TryParse($"spiffe://{options.TrustDomain}/dkm/keyring", out _, out _))
        {
            mistakes.Add($"{nameof(options.TrustDomain)} must be set to a SPIFFE trust domain, such as dkm.local");
        }
    }

    private static ServiceAddresses? Join(Uri? one, IList<Uri> more)
    {
        List<Uri> all = [.. more];
        if (one is not null && !all.Contains(one))
        {
            all.Insert(0, one);
        }

        return all.Count == 0 ? null : new ServiceAddresses(all.Distinct());
    }

    private static void CheckAddresses(ServiceAddresses? addresses, string option, List<string> mistakes)
    {
        if (addresses is not null && !addresses.All(address => address.IsAbsoluteUri && address.Scheme == Uri.UriSchemeHttps && address.AbsolutePath == "/"))
        {
            mistakes.Add($"{option} must be an https address without a path, such as https://dkm-keyring:8443");
        }
    }

    private static void CheckIdentity(DkmClientOptions options, List<string> mistakes)
    {
        var files = new[] { options.CertificateFile, options.KeyFile, options.CaFile };
        var given = Array.FindAll(files, static file => !string.IsNullOrEmpty(file)).Length;
        if (string.IsNullOrEmpty(options.IdentityDirectory) ? given != files.Length : given != 0)
        {
            mistakes.Add(
                $"set either {nameof(options.IdentityDirectory)} or all of {nameof(options.CertificateFile)}, {nameof(options.KeyFile)} and {nameof(options.CaFile)}");
        }
    }
}
