namespace Dkm.Audit;

using System.IO;
using System.Threading;
using System.Threading.Tasks;

/// <summary>Where closed segments go. What it has taken it keeps: the local file may be deleted afterwards.</summary>
public interface IAuditSink
{
    /// <summary>Whole and durable there when it returns. The same segment may come again after a crash.</summary>
    /// <param name="name">Unique over all logs.</param>
    /// <param name="content">The segment from its first byte.</param>
    /// <param name="cancellationToken">Ends it; then nothing is confirmed.</param>
    Task ShipAsync(string name, Stream content, CancellationToken cancellationToken);
}
