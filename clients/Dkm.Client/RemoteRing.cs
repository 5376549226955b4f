namespace Dkm.Client;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Core.Envelopes;
using Dkm.Crypto.V1;
using Google.Protobuf;
using Grpc.Core;

/// <summary>A ring through the Crypto service: for those that may not hold keys. The methods that are not asynchronous block for a round trip.</summary>
internal sealed class RemoteRing(CryptoService.CryptoServiceClient crypto, string name) : IDkmRing
{
    public string Name => name;

    /// <summary>Enough for any suite: which one the ring uses is Crypto's knowledge.</summary>
    public int GetProtectedLength(int plaintextLength)
    {
        var longest = 0;
        foreach (var suite in Enum.GetValues<Suite>())
        {
            longest = Math.Max(longest, Envelope.Length(suite, plaintextLength));
        }

        return longest;
    }

    public int GetUnprotectedLength(ReadOnlySpan<byte> envelope) => Envelope.ReadHeader(envelope).PlaintextLength;

    public byte[] Protect(ReadOnlySpan<byte> plaintext, DkmContext context) =>
        crypto.Encrypt(ToEncrypt(ByteString.CopyFrom(plaintext), context)).Envelope.ToByteArray();

    public bool TryProtect(ReadOnlySpan<byte> plaintext, DkmContext context, Span<byte> destination, out int bytesWritten) =>
        TryCopy(crypto.Encrypt(ToEncrypt(ByteString.CopyFrom(plaintext), context)).Envelope, destination, out bytesWritten);

    public byte[] Unprotect(ReadOnlySpan<byte> envelope, DkmContext context) =>
        crypto.Decrypt(ToDecrypt(ByteString.CopyFrom(envelope), context)).Plaintext.ToByteArray();

    public bool TryUnprotect(ReadOnlySpan<byte> envelope, DkmContext context, Span<byte> destination, out int bytesWritten)
    {
        bytesWritten = 0;
        return destination.Length >= GetUnprotectedLength(envelope)
            && TryCopy(crypto.Decrypt(ToDecrypt(ByteString.CopyFrom(envelope), context)).Plaintext, destination, out bytesWritten);
    }

    public string ProtectText(string plaintext, DkmContext context) => TextForm.Protect(this, plaintext, context);

    public string UnprotectText(string envelope, DkmContext context) => TextForm.Unprotect(this, envelope, context);

    public async ValueTask<byte[]> ProtectAsync(ReadOnlyMemory<byte> plaintext, DkmContext context, CancellationToken cancellationToken = default)
    {
        // The caller keeps its memory still until the call is over, so it need not be copied.
        var request = ToEncrypt(UnsafeByteOperations.UnsafeWrap(plaintext), context);
        var response = await crypto.EncryptAsync(request, new CallOptions(cancellationToken: cancellationToken)).ConfigureAwait(false);
        return response.Envelope.ToByteArray();
    }

    public async ValueTask<byte[]> UnprotectAsync(ReadOnlyMemory<byte> envelope, DkmContext context, CancellationToken cancellationToken = default)
    {
        var request = ToDecrypt(UnsafeByteOperations.UnsafeWrap(envelope), context);
        var response = await crypto.DecryptAsync(request, new CallOptions(cancellationToken: cancellationToken)).ConfigureAwait(false);
        return response.Plaintext.ToByteArray();
    }

    private static bool TryCopy(ByteString source, Span<byte> destination, out int written)
    {
        written = 0;
        if (source.Length > destination.Length)
        {
            return false;
        }

        source.Span.CopyTo(destination);
        written = source.Length;
        return true;
    }

    private EncryptRequest ToEncrypt(ByteString plaintext, DkmContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var request = new EncryptRequest { KeyRing = name, Plaintext = plaintext };
        ContextEntries.Add(request.Context, context);
        return request;
    }

    /// <summary>With the ring's name, so that an envelope of another ring is refused and not silently opened.</summary>
    private DecryptRequest ToDecrypt(ByteString envelope, DkmContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var request = new DecryptRequest { KeyRing = name, Envelope = envelope };
        ContextEntries.Add(request.Context, context);
        return request;
    }
}
