namespace Dkm.Client.KeySets;

using System;
using System.Security.Cryptography;
using System.Threading;
using Dkm.Core;
using Dkm.Core.Envelopes;
using Dkm.Core.Keys;
using Dkm.Core.Secrets;

/// <summary>
/// A key in this process, with one cipher for each suite that it was used with. When it is withdrawn, operations in flight end well and later ones
/// meet an <see cref="ObjectDisposedException"/>, upon which the caller looks the key up again.
/// </summary>
public sealed class HeldKey : IDisposable
{
    private const int SuiteNumbers = 4;

    private readonly SecretBytes? material;
    private readonly TimeProvider time;
    private readonly EnvelopeCipher?[] ciphers = new EnvelopeCipher?[SuiteNumbers];
    private volatile bool disposed;

    internal HeldKey(KeyFacts facts, SecretBytes? material, TimeProvider time)
    {
        Facts = facts;
        this.material = material;
        this.time = time;
        IdText = facts.Id.ToString();
    }

    /// <summary>Id, state and times. The create time is not known to holders.</summary>
    public KeyFacts Facts { get; }

    /// <summary>The id as text, made once.</summary>
    public string IdText { get; }

    /// <summary>Demands that the key may open envelopes.</summary>
    /// <param name="compromisedToo">The caller has <c>decrypt_compromised</c>.</param>
    /// <exception cref="DkmException">FAILED_PRECONDITION KEY_STATE.</exception>
    public void DemandOpens(bool compromisedToo = false)
    {
        var opens = Facts.Stored switch
        {
            StoredKeyState.Enabled or StoredKeyState.Archived => true,
            StoredKeyState.Compromised => compromisedToo,
            _ => false,
        };
        if (!opens || material is null)
        {
            throw Troubles.KeyState(IdText, Facts.Stored);
        }
    }

    /// <summary>The cipher for a suite.</summary>
    /// <exception cref="ObjectDisposedException">The key was withdrawn.</exception>
    public EnvelopeCipher Cipher(Suite suite) => ciphers[(int)suite] ?? Make(suite);

    /// <summary>Zeroes the material and what was derived from it.</summary>
    public void Dispose()
    {
        disposed = true;
        Interlocked.MemoryBarrier();
        for (var i = 0; i < ciphers.Length; i++)
        {
            Volatile.Read(ref ciphers[i])?.Dispose();
        }

        material?.Dispose();
    }

    /// <summary>One id is one key for ever: a server that says otherwise is not believed. Material that is not here is not compared.</summary>
    internal bool IsSameKeyAs(HeldKey other)
    {
        if (Facts.Id != other.Facts.Id || Facts.ActivateTime != other.Facts.ActivateTime)
        {
            return false;
        }

        if (material is null || other.material is null)
        {
            return true;
        }

        try
        {
            using var mine = material.Read();
            using var theirs = other.material.Read();
            return CryptographicOperations.FixedTimeEquals(mine.Span, theirs.Span);
        }
        catch (ObjectDisposedException)
        {
            // Evicted meanwhile.
            return true;
        }
    }

    private EnvelopeCipher Make(Suite suite)
    {
        ObjectDisposedException.ThrowIf(disposed || material is null, this);
        var made = new EnvelopeCipher(Facts.Id, material, suite, time);
        var first = Interlocked.CompareExchange(ref ciphers[(int)suite], made, null);
        if (first is not null)
        {
            made.Dispose();
            made = first;
        }

        // Dispose may have looked at the slot before it was filled; one of the two sees the other.
        if (disposed)
        {
            made.Dispose();
            throw new ObjectDisposedException(nameof(HeldKey));
        }

        return made;
    }
}
