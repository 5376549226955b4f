namespace Dkm.UnitTests.Audit;

using System;
using System.Linq;
using Dkm.Audit;
using Xunit;

public sealed class SignedNoteTests
{
    /// <summary>From the documentation of Go's sumdb/note, where the format comes from.</summary>
    private const string PublishedKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

    /// <summary>The type, then the seed.</summary>
    private const string PublishedPrivateKey = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";

    private const string PublishedText =
        "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";

    private const string PublishedNote = PublishedText +
        "\n\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Sign_PublishedKeyAndText_IsThePublishedNote()
    {
        using var signer = new NoteSigner("PeterNeumann", NoteKind.Signature, Convert.FromBase64String(PublishedPrivateKey).AsSpan(1));

        Assert.Equal(PublishedKey, signer.Verifier.ToString());
        Assert.Equal(PublishedNote, signer.Sign(PublishedText, Now).ToString());
    }

    [Fact]
    public void Verifies_PublishedNote_ByItsKeyAlone()
    {
        Assert.True(NoteVerifier.TryParse(PublishedKey, out var key));
        Assert.True(SignedNote.TryParse(PublishedNote, out var note));
        using var other = new NoteSigner("PeterNeumann", NoteKind.Signature, new byte[32]);

        Assert.True(key.Verifies(note));
        Assert.False(other.Verifier.Verifies(note));
        Assert.True(key.Verifies(other.Sign(note, Now)), "a signature of an unknown key counts for nothing");
        Assert.True(SignedNote.TryParse(PublishedNote.Replace("answer", "cause", StringComparison.Ordinal), out var changed));
        Assert.False(key.Verifies(changed));
    }

    [Fact]
    public void Verifies_GoodAndBadSignatureOfOneKey_IsRefused()
    {
        using var signer = new NoteSigner("log", NoteKind.Signature, new byte[32]);
        var bad = signer.Sign("other\n", Now).Signatures[0];

        Assert.False(signer.Verifier.Verifies(signer.Sign("text\n", Now).With(bad)));
        Assert.False(signer.Verifier.Verifies(signer.Sign(new SignedNote("text\n", [bad]), Now)));
    }

    [Fact]
    public void Cosignature_ReadBack_TellsItsTimeAndIsBoundToIt()
    {
        using var log = new NoteSigner("log", NoteKind.Signature, new byte[32]);
        using var witness = new NoteSigner("access", NoteKind.Cosignature, Enumerable.Repeat((byte)1, 32).ToArray());
        var text = witness.Sign(log.Sign("text\n", Now), Now).ToString();

        Assert.True(SignedNote.TryParse(text, out var note));
        Assert.True(log.Verifier.Verifies(note));
        Assert.True(witness.Verifier.Verifies(note, out var time));
        Assert.Equal(Now, time);
        Assert.NotEqual(log.Verifier.KeyId, witness.Verifier.KeyId);

        var late = note.Signatures[1].Signature.ToArray();
        late[7]++;
        Assert.False(witness.Verifier.Verifies(new SignedNote(note.Text, [note.Signatures[1] with { Signature = late }]), out _));
    }

    [Fact]
    public void TryParse_EveryOtherSpelling_IsRefused()
    {
        string[] wrong =
        [
            "", "\n", PublishedText, PublishedText + "\n", PublishedNote[..^1], PublishedNote + "\n", PublishedNote.Replace("\u2014", "-", StringComparison.Ordinal),
            PublishedNote.Replace("PeterNeumann", "Peter Neumann", StringComparison.Ordinal), PublishedNote.Replace("PeterNeumann", "Peter+Neumann", StringComparison.Ordinal),
            PublishedNote.Replace("you think", "you\tthink", StringComparison.Ordinal), PublishedNote.Replace("AM=", "AN=", StringComparison.Ordinal),
            PublishedText + "\n" + string.Concat(Enumerable.Repeat(PublishedNote[(PublishedText.Length + 1)..], 101)),
        ];

        Assert.All(wrong, note => Assert.False(SignedNote.TryParse(note, out _), note));
        Assert.All(
            ["", "PeterNeumann", PublishedKey[..^1], PublishedKey.Replace("c74f20a3", "c74f20a4", StringComparison.Ordinal), PublishedKey.Replace("c74f", "C74F", StringComparison.Ordinal),
                PublishedKey.Replace("Peter", "Piter", StringComparison.Ordinal), PublishedKey.Replace("ARpc", "Apcc", StringComparison.Ordinal)],
            key => Assert.False(NoteVerifier.TryParse(key, out _), key));
    }
}
