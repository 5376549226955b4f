namespace Dkm.Hosting;

using System.Threading;
using System.Threading.Tasks;
using Dkm.Status.V1;

/// <summary>What one service adds to what every replica says of itself.</summary>
public interface IStatusPart
{
    /// <summary>Fills its own fields. What cannot be found out is left out; only the end of the wait is thrown.</summary>
    Task AddAsync(ServiceStatus status, CancellationToken cancellationToken);
}
