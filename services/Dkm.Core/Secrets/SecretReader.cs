namespace Dkm.Core.Secrets;

using System;

/// <summary>Sight of a secret; dispose it in the same method.</summary>
public readonly ref struct SecretReader : IDisposable
{
    private readonly SecretBytes owner;

    internal SecretReader(SecretBytes owner, ReadOnlySpan<byte> span)
    {
        this.owner = owner;
        Span = span;
    }

    /// <summary>The secret, in place.</summary>
    public ReadOnlySpan<byte> Span { get; }

    /// <summary>Ends the sight.</summary>
    public void Dispose() => owner?.Leave();
}
