namespace Dkm.Benchmarks;

using System;
using System.Collections.Generic;
using System.Globalization;
using System.Security.Cryptography;
using Dkm.Client;
using Dkm.Core;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;

/// <summary>Protect and unprotect in the caller's own process, beside the raw cipher and ASP.NET Core Data Protection.</summary>
internal static class ClientSubjects
{
    private static readonly int[] Sizes = [16, 256, 4096, 65536, 1048576];

    public static List<Figure> Run(string folder, BenchInstallation installation)
    {
        var figures = new List<Figure>();
        using var provider = new ServiceCollection().AddDataProtection().UseEphemeralDataProtectionProvider().Services.BuildServiceProvider();
        var protector = provider.GetRequiredService<IDataProtectionProvider>().CreateProtector("bench");
        foreach (var size in Sizes)
        {
            figures.AddRange(OfSize(size, protector, installation).Run(folder));
        }

        return figures;
    }

    private static Comparison OfSize(int size, IDataProtector protector, BenchInstallation installation)
    {
        var label = Label(size);
        var plaintext = RandomNumberGenerator.GetBytes(size);
        var context = DkmContext.Of("address", "ada@hotmail.com");
        var comparison = new Comparison(
            $"client.{label}",
            "One thread; the context is one pair of 22 bytes; Data Protection is Protect(byte[]) with ephemeral keys, warmed; aesgcm is AesGcm.Encrypt and Decrypt with one instance and a counter as nonce.",
            rounds: 5,
            TimeSpan.FromSeconds(0.3));
        AddRaw(comparison, label, plaintext);
        AddDataProtection(comparison, label, plaintext, protector);
        foreach (var suite in new[] { 1, 3 })
        {
            AddSuite(comparison, label, plaintext, context, suite, installation.Ring(suite));
        }

        return comparison;
    }

    private static void AddSuite(Comparison comparison, string label, byte[] plaintext, DkmContext context, int suite, IDkmRing ring)
    {
        var envelope = new byte[ring.GetProtectedLength(plaintext.Length)];
        var sealedOnce = ring.Protect(plaintext, context);
        var opened = new byte[plaintext.Length];
        foreach (var (verb, operation) in new (string, Action)[]
        {
            ("protect", () => Check(ring.TryProtect(plaintext, context, envelope, out _))),
            ("unprotect", () => Check(ring.TryUnprotect(sealedOnce, context, opened, out _))),
        })
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"client.{verb}.suite{suite}.{label}");
            comparison
                .Time(Loop.Of(name, "ops/s", 1, operation))
                .Against(name, $"dataprotection.{verb}.{label}")
                .Against(name, $"aesgcm.{(verb == "protect" ? label : "open." + label)}");
        }
    }

    private static void Check(bool done)
    {
        if (!done)
        {
            throw new InvalidOperationException("the buffer is too short");
        }
    }

    private static void AddRaw(Comparison comparison, string label, byte[] plaintext)
    {
        var aes = new AesGcm(RandomNumberGenerator.GetBytes(32), 16);
        var nonce = new byte[12];
        var openNonce = new byte[12];
        var ciphertext = new byte[plaintext.Length];
        var tag = new byte[16];
        var sealedOnce = new byte[plaintext.Length];
        var sealedTag = new byte[16];
        var opened = new byte[plaintext.Length];
        aes.Encrypt(openNonce, plaintext, sealedOnce, sealedTag);
        var counter = 0L;
        comparison
            .Time(Loop.Of($"aesgcm.{label}", "ops/s", 1, () =>
            {
                BitConverter.TryWriteBytes(nonce, ++counter);
                aes.Encrypt(nonce, plaintext, ciphertext, tag);
            }))
            .Time(Loop.Of($"aesgcm.open.{label}", "ops/s", 1, () => aes.Decrypt(openNonce, sealedOnce, sealedTag, opened)));
    }

    private static void AddDataProtection(Comparison comparison, string label, byte[] plaintext, IDataProtector protector)
    {
        var sealedOnce = protector.Protect(plaintext);
        comparison
            .Time(Loop.Of($"dataprotection.protect.{label}", "ops/s", 1, () => protector.Protect(plaintext)))
            .Time(Loop.Of($"dataprotection.unprotect.{label}", "ops/s", 1, () => protector.Unprotect(sealedOnce)));
    }

    private static string Label(int size) => size switch
    {
        >= 1048576 => $"{size / 1048576}MiB",
        >= 1024 => $"{size / 1024}KiB",
        _ => $"{size}B",
    };
}
