namespace Dkm.Storage;

using System;
using System.Security.Cryptography;
using System.Text;
using Dkm.Core;
using Dkm.Core.Secrets;

/// <summary>A store key of a service, only ever used through keys derived from it (SP 800-108): one seals, one makes the manifest's digest, one authenticates backups.</summary>
internal sealed class StoreKey : IDisposable
{
    public const int Length = 32;

    /// <param name="id">Its id.</param>
    /// <param name="material">Not kept.</param>
    /// <param name="scope">Installation and service, so that one key restored elsewhere makes nothing that fits.</param>
    /// <param name="stored">The value at its path; whoever changes it would make the next start fail.</param>
    public StoreKey(KeyId id, SecretBytes material, string scope, ReadOnlyMemory<byte> stored)
    {
        Id = id;
        Stored = stored;
        using var sealing = Derive(material, "dkm/v1/store/record"u8, scope);
        Sealing = RecordSealing.With(sealing);
        Digest = Derive(material, "dkm/v1/store/manifest"u8, scope);
        Backup = Derive(material, "dkm/v1/store/backup"u8, scope);
    }

    public KeyId Id { get; }

    public ReadOnlyMemory<byte> Stored { get; }

    public RecordSealing Sealing { get; }

    public SecretBytes Digest { get; }

    public SecretBytes Backup { get; }

    public void Dispose()
    {
        Sealing.Dispose();
        Digest.Dispose();
        Backup.Dispose();
    }

    private static SecretBytes Derive(SecretBytes material, ReadOnlySpan<byte> label, string scope)
    {
        Span<byte> derived = stackalloc byte[Length];
        using var reader = material.Read();
        SP800108HmacCounterKdf.DeriveBytes(reader.Span, HashAlgorithmName.SHA256, label, Encoding.ASCII.GetBytes(scope), derived);
        var secret = SecretBytes.CopyFrom(derived);
        CryptographicOperations.ZeroMemory(derived);
        return secret;
    }
}
