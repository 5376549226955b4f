namespace Dkm.Crypto.Operations;

using System;
using System.Threading;
using Dkm.Client.KeySets;
using Dkm.Core;
using Dkm.Crypto.V1;

/// <summary>Encrypt for many: one key for all of them, one answer for each.</summary>
internal static class BatchSealing
{
    public static BatchEncryptResponse Seal(BatchEncryptRequest request, HeldRing ring, CancellationToken cancellationToken)
    {
        for (var attempt = 1; attempt <= Sealing.Attempts; attempt++)
        {
            try
            {
                return Seal(request, ring.Sealer(), cancellationToken);
            }
            catch (ObjectDisposedException)
            {
                // The key was withdrawn in the middle; all once more with another, so that one key id is true for all.
            }
        }

        throw Denials.Changing();
    }

    private static BatchEncryptResponse Seal(BatchEncryptRequest request, RingSealer sealer, CancellationToken cancellationToken)
    {
        Batches.CheckAnswer(request, sealer);
        var answer = new BatchEncryptResponse { KeyId = sealer.Key.IdText };
        answer.Results.Capacity = request.Items.Count;
        for (var i = 0; i < request.Items.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            answer.Results.Add(SealOne(request.Items[i], i, sealer));
        }

        return answer;
    }

    private static BatchEncryptResult SealOne(BatchEncryptItem item, int index, RingSealer sealer)
    {
        try
        {
            Sealing.CheckPlaintext(item.Plaintext.Length);
            return new BatchEncryptResult { Envelope = Sealing.Seal(sealer, item.Plaintext.Span, ContextReader.Read(item.Context)) };
        }
        catch (DkmException e)
        {
            return new BatchEncryptResult { Error = Batches.ToError(e, index) };
        }
    }
}
