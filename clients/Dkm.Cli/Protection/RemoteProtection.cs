namespace Dkm.Cli.Protection;

using System;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Crypto.V1;
using Google.Protobuf;

/// <summary>Through Crypto: no key comes to this machine.</summary>
internal sealed class RemoteProtection(Session session) : IProtection
{
    private readonly CryptoService.CryptoServiceClient crypto = new(session.Repeating(DkmService.Crypto));

    public string Where => "remote";

    public async Task<byte[]> ProtectAsync(string ring, ReadOnlyMemory<byte> plaintext, CallerContext context, CancellationToken cancellationToken)
    {
        var request = new EncryptRequest { KeyRing = ring, Plaintext = UnsafeByteOperations.UnsafeWrap(plaintext) };
        request.Context.Add(context.Entries);
        return Bytes((await crypto.EncryptAsync(request, session.Options(cancellationToken))).Envelope);
    }

    public async Task<Opened> UnprotectAsync(
        ReadOnlyMemory<byte> envelope, string? ring, CallerContext context, CancellationToken cancellationToken)
    {
        var request = new DecryptRequest { KeyRing = ring ?? string.Empty, Envelope = UnsafeByteOperations.UnsafeWrap(envelope) };
        request.Context.Add(context.Entries);
        var response = await crypto.DecryptAsync(request, session.Options(cancellationToken));
        return new Opened(Bytes(response.Plaintext), response.KeyRing);
    }

    public async Task<byte[]> ReencryptAsync(
        ReadOnlyMemory<byte> envelope, string? target, CallerContext context, CancellationToken cancellationToken)
    {
        var request = new ReEncryptRequest { TargetKeyRing = target ?? string.Empty, Envelope = UnsafeByteOperations.UnsafeWrap(envelope) };
        request.Context.Add(context.Entries);
        return Bytes((await crypto.ReEncryptAsync(request, session.Options(cancellationToken))).Envelope);
    }

    public async Task<DataKey> MakeDataKeyAsync(
        string ring, int length, bool withPlaintext, CallerContext context, CancellationToken cancellationToken)
    {
        var request = new GenerateDataKeyRequest { KeyRing = ring, Length = length, WithoutPlaintext = !withPlaintext };
        request.Context.Add(context.Entries);
        var response = await crypto.GenerateDataKeyAsync(request, session.Options(cancellationToken));
        return new DataKey(Bytes(response.Plaintext), Bytes(response.Envelope));
    }

    /// <summary>The channel belongs to the session.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>The message's own array where it is exactly that, so that zeroing it leaves no second copy.</summary>
    private static byte[] Bytes(ByteString bytes) =>
        MemoryMarshal.TryGetArray(bytes.Memory, out var array) && array.Offset == 0 && array.Count == array.Array!.Length
            ? array.Array
            : bytes.ToByteArray();
}
