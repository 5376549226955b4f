namespace Dkm.Client;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;

/// <summary>
/// A key ring as an application sees it: what one member protects, another member unprotects. Thread-safe; keep it for as long as you like.
/// There are two: in this process, with keys held (<see cref="DkmClient.Ring"/>), and through the Crypto service
/// (<see cref="DkmClient.RemoteRing"/>).
/// </summary>
/// <remarks>
/// All methods throw <see cref="DkmException"/>, whose <see cref="DkmException.Kind"/> and <see cref="DkmException.Reason"/> are stable:
/// <list type="bullet">
/// <item>INVALID_ARGUMENT: input at fault; <c>CANNOT_OPEN</c> is a changed envelope or another context, and does not say which;
/// <c>OTHER_RING</c> is an envelope of another ring.</item>
/// <item>PERMISSION_DENIED: who the caller is, what is missing, what may be done about it.</item>
/// <item>FAILED_PRECONDITION: <c>SUITE_NOT_READ</c>, <c>KEY_STATE</c>, <c>NO_PRIMARY</c>.</item>
/// <item>UNAVAILABLE: not connected yet (<c>NOT_CONNECTED</c>, <c>NOT_READY</c>), or cut off for longer than the ring's key lease
/// (<c>LEASE_ENDED</c>). Try again later.</item>
/// </list>
/// With held keys nothing leaves the process, except the first time that an envelope of a key comes by which is not in memory, because it is archived or a few
/// milliseconds old: then <see cref="Unprotect"/> and <see cref="TryUnprotect"/> ask KeyRing and block for at most
/// <see cref="DkmClientOptions.ResolveTimeout"/>, once for all that wait for the same key; <see cref="UnprotectAsync"/> does not block a thread.
/// </remarks>
public interface IDkmRing
{
    /// <summary>The ring's name.</summary>
    string Name { get; }

    /// <summary>Bytes that suffice for the envelope around so much plaintext.</summary>
    int GetProtectedLength(int plaintextLength);

    /// <summary>Bytes of the plaintext inside, by the envelope's own word.</summary>
    int GetUnprotectedLength(ReadOnlySpan<byte> envelope);

    /// <summary>Makes an envelope. 0 to 4,128,768 bytes.</summary>
    byte[] Protect(ReadOnlySpan<byte> plaintext, DkmContext context);

    /// <summary>Makes an envelope in the caller's buffer, which must not overlap the plaintext. With held keys it allocates nothing.</summary>
    /// <returns>False, and nothing written, if the buffer is too short.</returns>
    bool TryProtect(ReadOnlySpan<byte> plaintext, DkmContext context, Span<byte> destination, out int bytesWritten);

    /// <summary>Opens an envelope that was made with the same context.</summary>
    byte[] Unprotect(ReadOnlySpan<byte> envelope, DkmContext context);

    /// <summary>Opens an envelope into the caller's buffer, which must not overlap it. With held keys it allocates nothing.</summary>
    /// <returns>False, and nothing written, if the buffer is too short. An envelope that cannot be opened throws.</returns>
    bool TryUnprotect(ReadOnlySpan<byte> envelope, DkmContext context, Span<byte> destination, out int bytesWritten);

    /// <summary>Protects text as UTF-8 and answers in the text form, <c>dkm1.…</c>.</summary>
    string ProtectText(string plaintext, DkmContext context);

    /// <summary>Opens the text form.</summary>
    string UnprotectText(string envelope, DkmContext context);

    /// <summary>As <see cref="Protect"/>, without blocking a thread where something must be waited for.</summary>
    ValueTask<byte[]> ProtectAsync(ReadOnlyMemory<byte> plaintext, DkmContext context, CancellationToken cancellationToken = default);

    /// <summary>As <see cref="Unprotect"/>, without blocking a thread where something must be waited for.</summary>
    ValueTask<byte[]> UnprotectAsync(ReadOnlyMemory<byte> envelope, DkmContext context, CancellationToken cancellationToken = default);
}
