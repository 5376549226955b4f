namespace Dkm.Testing.Storage;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Core.Secrets;
using Dkm.Storage;

/// <summary>A root in memory that can be taken away.</summary>
public sealed class MemoryRoot : IRootProvider, IDisposable
{
    private readonly SecretBytes root = SecretBytes.Random(32);

    public MemoryRoot(string id = "memory") => Id = id;

    public string Id { get; }

    public bool Away { get; set; }

    public Task<byte[]> WrapAsync(SecretBytes key, CancellationToken cancellationToken = default)
    {
        ThrowIfAway();
        return Task.FromResult(KeyWrap.Wrap(root, key));
    }

    public Task<SecretBytes> UnwrapAsync(ReadOnlyMemory<byte> wrapped, CancellationToken cancellationToken = default)
    {
        ThrowIfAway();
        return KeyWrap.TryUnwrap(root, wrapped.Span, out var key)
            ? Task.FromResult(key)
            : throw new DkmException(ErrorKind.FailedPrecondition, Reasons.RootDenied, "another root wrapped this");
    }

    public void Dispose() => root.Dispose();

    private void ThrowIfAway()
    {
        if (Away)
        {
            throw new DkmException(ErrorKind.Unavailable, Reasons.RootUnavailable, "the root is away");
        }
    }
}
