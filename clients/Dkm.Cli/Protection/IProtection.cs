namespace Dkm.Cli.Protection;

using System;
using System.Threading;
using System.Threading.Tasks;

/// <summary>Makes and opens envelopes: in this process with keys that it may hold, or through Crypto.</summary>
internal interface IProtection : IAsyncDisposable
{
    /// <summary><c>local</c> or <c>remote</c>, for people and JSON.</summary>
    string Where { get; }

    Task<byte[]> ProtectAsync(string ring, ReadOnlyMemory<byte> plaintext, CallerContext context, CancellationToken cancellationToken);

    /// <param name="envelope">The binary form.</param>
    /// <param name="ring">An envelope of another ring is refused; null: whichever it is of.</param>
    /// <param name="context">What it was protected with.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<Opened> UnprotectAsync(ReadOnlyMemory<byte> envelope, string? ring, CallerContext context, CancellationToken cancellationToken);

    /// <param name="envelope">The binary form.</param>
    /// <param name="target">The ring of the new envelope; null: the one that it is of.</param>
    /// <param name="context">What it was protected with, and will be.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<byte[]> ReencryptAsync(ReadOnlyMemory<byte> envelope, string? target, CallerContext context, CancellationToken cancellationToken);

    Task<DataKey> MakeDataKeyAsync(string ring, int length, bool withPlaintext, CallerContext context, CancellationToken cancellationToken);
}
