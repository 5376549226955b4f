namespace Dkm.Storage;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core.Secrets;

/// <summary>The root: wraps store keys and wrapping keys (AES-KWP) and never leaves its provider.</summary>
/// <remarks>Trouble is a <see cref="Dkm.Core.DkmException"/>: UNAVAILABLE <c>ROOT_UNAVAILABLE</c>, or FAILED_PRECONDITION <c>ROOT_DENIED</c>.</remarks>
public interface IRootProvider
{
    /// <summary>Which root this is: short, printable, the same for the same root everywhere. Kept beside what it wrapped.</summary>
    string Id { get; }

    /// <summary>Wraps a key.</summary>
    Task<byte[]> WrapAsync(SecretBytes key, CancellationToken cancellationToken = default);

    /// <summary>Unwraps a key; the caller disposes it. <c>ROOT_DENIED</c> if this root did not wrap it.</summary>
    Task<SecretBytes> UnwrapAsync(ReadOnlyMemory<byte> wrapped, CancellationToken cancellationToken = default);
}
