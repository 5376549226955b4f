namespace Dkm.Crypto.Operations;

using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Crypto.Rings;
using Dkm.Crypto.V1;
using Dkm.Hosting;
using Grpc.Core;

/// <summary>Decrypt for many: keys that are not here are asked for together, then each item is answered in its turn.</summary>
internal sealed class BatchOpening(RingDirectory rings, Opening opening)
{
    /// <summary>Ids of keys are free to make up: a batch must not be a thousand questions to KeyRing.</summary>
    public const int MaximumFetches = 64;

    public async Task<BatchDecryptResponse> OpenAsync(BatchDecryptRequest request, ServerCallContext context)
    {
        var caller = context.GetCaller();
        var items = new BatchItem[request.Items.Count];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = Read(request.Items[i], request.KeyRing, i);
        }

        await FetchAsync(items, caller.Id, context.CancellationToken);
        var answer = new BatchDecryptResponse();
        answer.Results.Capacity = items.Length;
        for (var i = 0; i < items.Length; i++)
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            answer.Results.Add(await OpenAsync(items[i], i, caller, context));
        }

        return answer;
    }

    private static BatchItem Read(BatchDecryptItem item, string expectedRing, int index)
    {
        try
        {
            return new BatchItem(OpenRequest.Read(item.Envelope, item.Context, expectedRing), null);
        }
        catch (DkmException e)
        {
            return new BatchItem(default, Batches.ToError(e, index));
        }
    }

    private async ValueTask<BatchDecryptResult> OpenAsync(BatchItem item, int index, Caller caller, ServerCallContext context)
    {
        if (item.Error is { } error)
        {
            return new BatchDecryptResult { Error = error };
        }

        try
        {
            var opened = opening.TryOpen(caller, item.Request, out var held) ? held : await opening.OpenAsync(caller, item.Request, context.CancellationToken);
            return new BatchDecryptResult { Plaintext = Plaintexts.Answer(opened.Plaintext, context) };
        }
        catch (DkmException e)
        {
            return new BatchDecryptResult { Error = Batches.ToError(e, index) };
        }
    }

    /// <summary>Its failures are met again, and answered, item by item.</summary>
    private async ValueTask FetchAsync(BatchItem[] items, SpiffeId caller, CancellationToken cancellationToken)
    {
        Dictionary<KeyId, Task>? fetches = null;
        for (var i = 0; i < items.Length; i++)
        {
            var id = items[i].Request.Header.KeyId;
            if (items[i].Error is not null || rings.TryFind(id, out _) || fetches?.ContainsKey(id) == true)
            {
                continue;
            }

            fetches ??= [];
            if (fetches.Count < MaximumFetches)
            {
                fetches.Add(id, rings.FetchAsync(caller, id, cancellationToken).AsTask());
            }
            else
            {
                items[i] = new BatchItem(default, Batches.ToError(Denials.TooManyKeys(MaximumFetches), i));
            }
        }

        if (fetches is not null)
        {
            await Task.WhenAll(fetches.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private readonly record struct BatchItem(OpenRequest Request, ItemError? Error);
}
