namespace Dkm.Crypto.Operations;

using System.Security.Cryptography;
using System.Threading.Tasks;
using Dkm.Client.KeySets;
using Dkm.Core;
using Dkm.Core.Authorization;
using Dkm.Crypto.Rings;
using Dkm.Crypto.V1;
using Dkm.Hosting;
using Grpc.Core;

/// <summary>
/// CryptoService. While the ring is held, which is nearly always, a call neither waits nor changes threads. A plaintext is zeroed when its call is
/// over, whatever came of it.
/// </summary>
internal sealed class CryptoEndpoint(
    RingDirectory rings, Judge judge, Elevations elevations, Opening opening, BatchOpening batchOpening, Description description)
    : V1.CryptoService.CryptoServiceBase
{
    private const int DefaultDataKey = 32;
    private const int ShortestDataKey = 16;
    private const int LongestDataKey = 1024;

    public override async Task<EncryptResponse> Encrypt(EncryptRequest request, ServerCallContext context)
    {
        try
        {
            RingName.Check(request.KeyRing, "key_ring");
            Sealing.CheckPlaintext(request.Plaintext.Length);
            var bound = ContextReader.Read(request.Context);
            await elevations.EnterAsync(context.GetCaller(), 1, context.CancellationToken);
            var ring = await DemandAsync(context.GetCaller(), request.KeyRing, context);
            var envelope = Sealing.Seal(ring, request.Plaintext.Span, bound, out var key);
            return new EncryptResponse { Envelope = envelope, KeyId = key.IdText };
        }
        finally
        {
            Plaintexts.Zero(request.Plaintext);
        }
    }

    public override Task<DecryptResponse> Decrypt(DecryptRequest request, ServerCallContext context)
    {
        CheckExpectedRing(request.KeyRing);
        var caller = context.GetCaller();
        var open = OpenRequest.Read(request.Envelope, request.Context, request.KeyRing);
        var entered = elevations.EnterAsync(caller, 1, context.CancellationToken);
        return entered.IsCompletedSuccessfully && opening.TryOpen(caller, open, out var opened)
            ? Task.FromResult(Answer(opened))
            : FetchAsync();

        async Task<DecryptResponse> FetchAsync()
        {
            await entered;
            return Answer(await opening.OpenAsync(caller, open, context.CancellationToken));
        }

        DecryptResponse Answer(Opened result) => new()
        {
            Plaintext = Plaintexts.Answer(result.Plaintext, context),
            KeyRing = result.Ring.Name,
            KeyId = result.Key.IdText,
        };
    }

    public override async Task<ReEncryptResponse> ReEncrypt(ReEncryptRequest request, ServerCallContext context)
    {
        CheckExpectedRing(request.TargetKeyRing, "target_key_ring");
        var caller = context.GetCaller();
        var open = OpenRequest.Read(request.Envelope, request.Context, expectedRing: string.Empty);
        await elevations.EnterAsync(caller, 1, context.CancellationToken);
        var source = await opening.OpenAsync(caller, open, context.CancellationToken);
        try
        {
            var target = await FindTargetAsync(caller, request.TargetKeyRing, source.Ring, context);
            var envelope = Sealing.Seal(target, source.Plaintext, open.Context, out var key);
            return new ReEncryptResponse { Envelope = envelope, KeyId = key.IdText, SourceKeyId = source.Key.IdText };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(source.Plaintext);
        }
    }

    public override async Task<GenerateDataKeyResponse> GenerateDataKey(GenerateDataKeyRequest request, ServerCallContext context)
    {
        RingName.Check(request.KeyRing, "key_ring");
        var bound = ContextReader.Read(request.Context);
        var length = request.Length == 0 ? DefaultDataKey : request.Length;
        if (length is < ShortestDataKey or > LongestDataKey)
        {
            throw DkmException.Invalid("length", Reasons.InvalidField, $"a data key has {ShortestDataKey} to {LongestDataKey} bytes");
        }

        await elevations.EnterAsync(context.GetCaller(), 1, context.CancellationToken);
        var ring = await DemandAsync(context.GetCaller(), request.KeyRing, context);
        var dataKey = new byte[length];
        var envelope = Sealing.SealFresh(ring, dataKey, bound, out var key);
        var answer = new GenerateDataKeyResponse { Envelope = envelope, KeyId = key.IdText };
        if (request.WithoutPlaintext)
        {
            CryptographicOperations.ZeroMemory(dataKey);
        }
        else
        {
            answer.Plaintext = Plaintexts.Answer(dataKey, context);
        }

        return answer;
    }

    public override async Task<BatchEncryptResponse> BatchEncrypt(BatchEncryptRequest request, ServerCallContext context)
    {
        try
        {
            RingName.Check(request.KeyRing, "key_ring");
            Batches.CheckCount(request.Items.Count);
            await elevations.EnterAsync(context.GetCaller(), request.Items.Count, context.CancellationToken);
            var ring = await DemandAsync(context.GetCaller(), request.KeyRing, context);
            return BatchSealing.Seal(request, ring, context.CancellationToken);
        }
        finally
        {
            foreach (var item in request.Items)
            {
                Plaintexts.Zero(item.Plaintext);
            }
        }
    }

    public override async Task<BatchDecryptResponse> BatchDecrypt(BatchDecryptRequest request, ServerCallContext context)
    {
        CheckExpectedRing(request.KeyRing);
        Batches.CheckCount(request.Items.Count);
        await elevations.EnterAsync(context.GetCaller(), request.Items.Count, context.CancellationToken);
        return await batchOpening.OpenAsync(request, context);
    }

    public override Task<DescribeEnvelopeResponse> DescribeEnvelope(DescribeEnvelopeRequest request, ServerCallContext context) =>
        description.DescribeAsync(request.Envelope, context.GetCaller(), context.CancellationToken);

    private async ValueTask<HeldRing> DemandAsync(Caller caller, string name, ServerCallContext context)
    {
        var ring = rings.TryFind(name, out var held) ? held : await rings.FetchAsync(name, context.CancellationToken);
        judge.DemandNamed(caller, name, ring, RingPermission.Encrypt);
        return ring!;
    }

    private async ValueTask<HeldRing> FindTargetAsync(Caller caller, string name, HeldRing source, ServerCallContext context)
    {
        if (name.Length > 0)
        {
            return await DemandAsync(caller, name, context);
        }

        judge.DemandNamed(caller, source.Name, source, RingPermission.Encrypt);
        return source;
    }

    private static void CheckExpectedRing(string name, string field = "key_ring")
    {
        if (name.Length > 0)
        {
            RingName.Check(name, field);
        }
    }
}
