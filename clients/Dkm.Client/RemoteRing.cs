namespace Dkm.Client;

using System;
using System.Runtime.InteropServices;
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
        Encrypt(plaintext, context).ToByteArray();

    public bool TryProtect(ReadOnlySpan<byte> plaintext, DkmContext context, Span<byte> destination, out int bytesWritten) =>
        TryCopy(Encrypt(plaintext, context), destination, out bytesWritten);

    public byte[] Unprotect(ReadOnlySpan<byte> envelope, DkmContext context) =>
        Take(crypto.Decrypt(ToDecrypt(ByteString.CopyFrom(envelope), context)).Plaintext);

    public bool TryUnprotect(ReadOnlySpan<byte> envelope, DkmContext context, Span<byte> destination, out int bytesWritten)
    {
        bytesWritten = 0;
        if (destination.Length < GetUnprotectedLength(envelope))
        {
            return false;
        }

        var plaintext = crypto.Decrypt(ToDecrypt(ByteString.CopyFrom(envelope), context)).Plaintext;
        try
        {
            return TryCopy(plaintext, destination, out bytesWritten);
        }
        finally
        {
            Zero(plaintext);
        }
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
        return Take(response.Plaintext);
    }

    private static byte[] Take(ByteString plaintext)
    {
        var taken = plaintext.ToByteArray();
        Zero(plaintext);
        return taken;
    }

    /// <summary>Of a message of this call alone. What TLS and the pipes copied is named in THREAT_MODEL.</summary>
    private static void Zero(ByteString plaintext) => MemoryMarshal.AsMemory(plaintext.Memory).Span.Clear();

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

    /// <summary>A span cannot wait in a message for the answer: what is sent is a copy.</summary>
    private ByteString Encrypt(ReadOnlySpan<byte> plaintext, DkmContext context)
    {
        var copy = ByteString.CopyFrom(plaintext);
        try
        {
            return crypto.Encrypt(ToEncrypt(copy, context)).Envelope;
        }
        finally
        {
            Zero(copy);
        }
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
