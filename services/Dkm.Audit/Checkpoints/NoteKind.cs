namespace Dkm.Audit;

/// <summary>The signature type of C2SP signed-note; part of what a key's id is made of.</summary>
public enum NoteKind : byte
{
    /// <summary>Ed25519 over the text: a log signs its own checkpoint.</summary>
    Signature = 1,

    /// <summary>Ed25519 with a time, over the text (C2SP tlog-cosignature, v1): a witness saw that the log only grew.</summary>
    Cosignature = 4,
}
