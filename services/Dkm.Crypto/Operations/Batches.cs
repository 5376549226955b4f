namespace Dkm.Crypto.Operations;

using System.Globalization;
using Dkm.Client.KeySets;
using Dkm.Core;
using Dkm.Core.Envelopes;
using Dkm.Crypto.V1;

/// <summary>What batches have in common.</summary>
internal static class Batches
{
    public const int MaximumItems = 1000;

    /// <summary>What every client takes by default.</summary>
    private const int MaximumAnswer = 4 * 1024 * 1024;

    /// <summary>Tags and lengths around one item's bytes.</summary>
    private const int Frame = 16;

    public static void CheckCount(int items)
    {
        if (items == 0)
        {
            throw DkmException.Invalid("items", Reasons.Required, "a batch has at least one item");
        }

        if (items > MaximumItems)
        {
            throw DkmException.Invalid("items", Reasons.TooMany, $"a batch has at most {MaximumItems} items");
        }
    }

    /// <summary>Envelopes are longer than plaintexts: found out before the work and not by the caller's channel after it.</summary>
    public static void CheckAnswer(BatchEncryptRequest request, RingSealer sealer)
    {
        var total = 0L;
        foreach (var item in request.Items)
        {
            // One that is too long gets an error and no envelope.
            total += Frame + (item.Plaintext.Length <= Envelope.MaximumPlaintext ? sealer.Length(item.Plaintext.Length) : 0);
        }

        if (total > MaximumAnswer)
        {
            throw DkmException.Invalid("items", Reasons.TooLong, $"the envelopes would be more than {MaximumAnswer} bytes in one answer; send fewer at a time");
        }
    }

    /// <summary>What the status of a single call would have said.</summary>
    public static ItemError ToError(DkmException trouble, int index) => new()
    {
        Code = (int)trouble.Kind,
        Reason = trouble.Reason,
        Message = trouble.Message,
        Field = trouble.Field is null ? string.Empty : string.Create(CultureInfo.InvariantCulture, $"items[{index}].{trouble.Field}"),
    };
}
