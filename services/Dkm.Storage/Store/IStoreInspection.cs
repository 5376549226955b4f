namespace Dkm.Storage;

using System.Threading;
using System.Threading.Tasks;
using Dkm.Status.V1;

/// <summary>A store that can say how it is. Beside <see cref="IRevisionedStore"/>, since only one with members has much to say.</summary>
public interface IStoreInspection
{
    /// <summary>Fills in kind, members and history. What cannot be found out in a few seconds is left out; only the end of the wait is thrown.</summary>
    Task InspectAsync(StoreStatus status, CancellationToken cancellationToken);
}
