namespace Dkm.Audit;

using System;
using System.Buffers.Binary;
using System.Text;
using NSec.Cryptography;

/// <summary>A private key that signs notes under a name. Never more than a few of them: each lies in guarded pages of its own.</summary>
public sealed class NoteSigner : IDisposable
{
    private readonly Key key;

    /// <param name="name">The key's name; a log's is its origin.</param>
    /// <param name="kind">What its signatures say.</param>
    /// <param name="seed">The 32 bytes of an RFC 8032 private key.</param>
    public NoteSigner(string name, NoteKind kind, ReadOnlySpan<byte> seed)
    {
        key = Key.Import(SignatureAlgorithm.Ed25519, seed, KeyBlobFormat.RawPrivateKey);
        Verifier = NoteVerifier.Of(name, kind, key.PublicKey.Export(KeyBlobFormat.RawPublicKey));
    }

    public NoteVerifier Verifier { get; }

    /// <summary>A note with this key's signature alone.</summary>
    /// <param name="text">Lines of text, the last one ended.</param>
    /// <param name="now">The time of a cosignature.</param>
    public SignedNote Sign(string text, DateTimeOffset now) => Sign(new SignedNote(text, []), now);

    /// <summary>The note with this key's signature under those that it has.</summary>
    public SignedNote Sign(SignedNote note, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(note);
        return note.With(new NoteSignature(Verifier.Name, Verifier.KeyId, Make(note.Text, now.ToUnixTimeSeconds())));
    }

    public void Dispose() => key.Dispose();

    private byte[] Make(string text, long seconds)
    {
        if (Verifier.Kind == NoteKind.Signature)
        {
            return SignatureAlgorithm.Ed25519.Sign(key, Encoding.UTF8.GetBytes(text));
        }

        var timed = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(timed, seconds);
        return [.. timed, .. SignatureAlgorithm.Ed25519.Sign(key, NoteVerifier.Timed(seconds, text))];
    }
}
