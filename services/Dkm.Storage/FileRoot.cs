namespace Dkm.Storage;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core.Secrets;

/// <summary>A root of 32 random bytes in a file: a mounted secret, or in development one that was made at the first start.</summary>
public sealed class FileRoot : IRootProvider, IDisposable
{
    /// <inheritdoc/>
    public string Id => throw new NotImplementedException();

    /// <summary>Reads the root.</summary>
    /// <param name="path">The file: exactly 32 bytes that nobody but its owner may write.</param>
    /// <param name="create">Make it, mode 0600, if it is not there. Development only: whoever loses the file loses the data.</param>
    /// <exception cref="Dkm.Core.DkmException">UNAVAILABLE ROOT_UNAVAILABLE with the reason.</exception>
    public static FileRoot Open(string path, bool create = false) => throw new NotImplementedException();

    /// <inheritdoc/>
    public Task<byte[]> WrapAsync(SecretBytes key, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public Task<SecretBytes> UnwrapAsync(ReadOnlyMemory<byte> wrapped, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}
