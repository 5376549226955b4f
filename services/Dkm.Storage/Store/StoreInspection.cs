namespace Dkm.Storage;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Status.V1;
using Google.Protobuf.WellKnownTypes;

/// <summary>What a service says of its store, in the words of the status service.</summary>
public static class StoreInspection
{
    /// <param name="store">The store, once it could be opened.</param>
    /// <param name="records">The service's records in it, once they could be.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null before the store is open.</returns>
    public static async Task<StoreStatus?> RunAsync(
        IRevisionedStore? store, ServiceStore? records, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(time);
        if (store is null)
        {
            return null;
        }

        var status = new StoreStatus { Kind = StoreStatus.Types.Kind.Embedded };
        if (store is IStoreInspection inspection)
        {
            await inspection.InspectAsync(status, cancellationToken);
        }

        if (records is not null)
        {
            var age = time.GetUtcNow() - records.ConfirmTime;
            status.Epoch = records.Version.Epoch;
            status.Number = records.Version.Number;
            status.ConfirmAge = (age > TimeSpan.Zero ? age : TimeSpan.Zero).ToDuration();
            status.Trouble = records.Trouble ?? string.Empty;
        }

        return status;
    }
}
