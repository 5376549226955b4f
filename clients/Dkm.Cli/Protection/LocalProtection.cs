namespace Dkm.Cli.Protection;

using System;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Client;
using Dkm.Core;
using Dkm.Core.Envelopes;
using Dkm.KeyRing.V1;
using Google.Protobuf;

/// <summary>In this process, with keys that KeyRing delivers for the moment of the command.</summary>
internal sealed class LocalProtection : IProtection
{
    private readonly Session session;
    private readonly DkmClient dkm;

    public LocalProtection(Session session)
    {
        this.session = session;
        var options = new DkmClientOptions
        {
            TrustDomain = session.Configuration.TrustDomain,
            IdentityDirectory = session.IdentityDirectory,
            Transient = true,
        };
        foreach (var address in session.Addresses(DkmService.KeyRing))
        {
            options.KeyRingAddresses.Add(address);
        }

        dkm = DkmClient.Create(options);
    }

    public string Where => "local";

    public async Task<byte[]> ProtectAsync(string ring, ReadOnlyMemory<byte> plaintext, CallerContext context, CancellationToken cancellationToken) =>
        await dkm.Ring(ring).ProtectAsync(plaintext, context.Canonical, cancellationToken);

    public async Task<Opened> UnprotectAsync(
        ReadOnlyMemory<byte> envelope, string? ring, CallerContext context, CancellationToken cancellationToken)
    {
        ring ??= await FindRingAsync(envelope, cancellationToken);
        return new Opened(await dkm.Ring(ring).UnprotectAsync(envelope, context.Canonical, cancellationToken), ring);
    }

    public async Task<byte[]> ReencryptAsync(
        ReadOnlyMemory<byte> envelope, string? target, CallerContext context, CancellationToken cancellationToken)
    {
        var opened = await UnprotectAsync(envelope, ring: null, context, cancellationToken);
        try
        {
            return await ProtectAsync(target ?? opened.Ring, opened.Plaintext, context, cancellationToken);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(opened.Plaintext);
        }
    }

    public async Task<DataKey> MakeDataKeyAsync(
        string ring, int length, bool withPlaintext, CallerContext context, CancellationToken cancellationToken)
    {
        if (length is < 16 or > 1024)
        {
            throw DkmException.Invalid("length", Reasons.InvalidField, "a data key is 16 to 1024 bytes long");
        }

        var key = new byte[length];
        KernelRandom.Fill(key);
        var envelope = await ProtectAsync(ring, key, context, cancellationToken);
        return new DataKey(key, envelope);
    }

    public ValueTask DisposeAsync() => dkm.DisposeAsync();

    /// <summary>Keys know their ring; an envelope does not name it.</summary>
    private async Task<string> FindRingAsync(ReadOnlyMemory<byte> envelope, CancellationToken cancellationToken)
    {
        var request = new ResolveKeyRequest { KeyId = ByteString.CopyFrom(Envelope.ReadHeader(envelope.Span).KeyId.ToByteArray()) };
        var keySets = new KeySetService.KeySetServiceClient(session.Repeating(DkmService.KeyRing));
        return (await keySets.ResolveKeyAsync(request, session.Options(cancellationToken))).KeyRing;
    }
}
