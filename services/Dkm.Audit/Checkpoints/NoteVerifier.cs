namespace Dkm.Audit;

using System;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using NSec.Cryptography;

/// <summary>A public key with its name: judges the notes that it has signed.</summary>
public sealed class NoteVerifier
{
    private const int TimeSize = 8;

    private readonly PublicKey key;

    private NoteVerifier(string name, NoteKind kind, PublicKey key)
    {
        Name = name;
        Kind = kind;
        this.key = key;
        KeyId = BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData([.. Encoding.UTF8.GetBytes(name), (byte)'\n', (byte)kind, .. PublicKeyBytes]));
    }

    public string Name { get; }

    public NoteKind Kind { get; }

    public uint KeyId { get; }

    /// <summary>The 32 bytes of RFC 8032.</summary>
    public ReadOnlySpan<byte> PublicKeyBytes => key.Export(KeyBlobFormat.RawPublicKey);

    /// <exception cref="ArgumentException">No name, or no Ed25519 public key.</exception>
    public static NoteVerifier Of(string name, NoteKind kind, ReadOnlySpan<byte> publicKey)
    {
        ArgumentNullException.ThrowIfNull(name);
        return SignedNote.IsName(name) && PublicKey.TryImport(SignatureAlgorithm.Ed25519, publicKey, KeyBlobFormat.RawPublicKey, out var key) && key is not null
            ? new NoteVerifier(name, kind, key)
            : throw new ArgumentException("a verifier is a name without spaces and plus, and an Ed25519 public key", nameof(name));
    }

    /// <summary>Reads <c>name+hex of the key id+Base64 of type and public key</c>, in which the id has to be the key's.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out NoteVerifier? verifier)
    {
        verifier = null;
        if (text?.Split('+', 3) is not [var name, var id, var encoded] || !SignedNote.IsName(name))
        {
            return false;
        }

        var bytes = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded, bytes, out var length) || length != 1 + AuditHash.Size
            || bytes[0] is not ((byte)NoteKind.Signature or (byte)NoteKind.Cosignature)
            || !PublicKey.TryImport(SignatureAlgorithm.Ed25519, bytes.AsSpan(1, length - 1), KeyBlobFormat.RawPublicKey, out var key) || key is null)
        {
            return false;
        }

        var found = new NoteVerifier(name, (NoteKind)bytes[0], key);
        verifier = found.ToString() == text && id.Length == 8 ? found : null;
        return verifier is not null;
    }

    /// <summary>Whether the note carries a good signature of this key and no bad one. Lines of other keys count for nothing either way.</summary>
    public bool Verifies(SignedNote note) => Verifies(note, out _);

    /// <param name="note">What to judge.</param>
    /// <param name="time">When a cosignature was made, by its maker's clock; else null.</param>
    public bool Verifies(SignedNote note, out DateTimeOffset? time)
    {
        ArgumentNullException.ThrowIfNull(note);
        time = null;
        var ours = note.Signatures.Where(signature => signature.Name == Name && signature.KeyId == KeyId).ToList();
        foreach (var signature in ours)
        {
            if (!Verifies(note.Text, signature.Signature.Span, out time))
            {
                return false;
            }
        }

        return ours.Count > 0;
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Name}+{KeyId:x8}+{Convert.ToBase64String([(byte)Kind, .. PublicKeyBytes])}");

    /// <summary>What a cosignature covers: the time stands in the text that is signed.</summary>
    internal static byte[] Timed(long seconds, string text) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"cosignature/v1\ntime {seconds}\n{text}"));

    private bool Verifies(string text, ReadOnlySpan<byte> signature, out DateTimeOffset? time)
    {
        time = null;
        if (Kind == NoteKind.Signature)
        {
            return SignatureAlgorithm.Ed25519.Verify(key, Encoding.UTF8.GetBytes(text), signature);
        }

        if (signature.Length < TimeSize)
        {
            return false;
        }

        var seconds = BinaryPrimitives.ReadInt64BigEndian(signature);
        if (seconds < 0 || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            || !SignatureAlgorithm.Ed25519.Verify(key, Timed(seconds, text), signature[TimeSize..]))
        {
            return false;
        }

        time = DateTimeOffset.FromUnixTimeSeconds(seconds);
        return true;
    }
}
